"""Access reacts to no event."""
