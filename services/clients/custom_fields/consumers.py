"""Custom fields react to no event."""
