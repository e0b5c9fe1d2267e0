"""The dataset: one store, its exports, and the proof that they are right."""
