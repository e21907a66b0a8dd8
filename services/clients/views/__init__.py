"""The list of clients, and views of it that people keep under a name."""
