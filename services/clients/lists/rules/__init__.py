"""Pure rules of lists."""
