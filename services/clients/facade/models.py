"""The façade keeps nothing of its own."""
