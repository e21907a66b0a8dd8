"""How an event is put into words."""
