"""Views have no work in the background."""
