"""Lists react to no event."""
