"""The record's commands. Each locks the client's row first, and none commits."""
