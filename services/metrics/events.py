"""Metrics announce nothing: they are read, not reacted to."""
