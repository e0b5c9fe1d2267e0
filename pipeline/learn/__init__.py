"""Models trained from labelled reports: examples, distilled word vectors, heads, model cards."""
