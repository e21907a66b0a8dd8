"""Lifecycle's commands. Each locks the clients' rows first, and none commits."""
