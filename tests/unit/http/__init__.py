"""Rules of the edge alone."""
