"""The timeline announces nothing: it is where events end."""
