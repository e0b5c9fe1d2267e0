"""The gold corpus, how well readers agree on it, and how well the pipeline finds it. Nothing imports this layer."""
