"""Cues, states, findings and facts of a report."""
