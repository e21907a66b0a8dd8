"""Commands of projects. Each locks the client's row first, and none commits."""
