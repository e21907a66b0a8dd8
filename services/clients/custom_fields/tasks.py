"""Custom fields have no work in the background."""
