"""Writing to clients, wording it, sending it again, and ending it."""
