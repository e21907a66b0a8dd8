"""Transfer reacts to no event."""
