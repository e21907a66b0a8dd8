"""The rules of the client record."""
