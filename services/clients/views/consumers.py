"""Views react to no event."""
