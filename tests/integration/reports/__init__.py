"""Notes on the timeline, over the real database."""
