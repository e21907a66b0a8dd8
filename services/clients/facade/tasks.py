"""The façade has no periodic work."""
