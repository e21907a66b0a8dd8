"""The façade reacts to no event."""
