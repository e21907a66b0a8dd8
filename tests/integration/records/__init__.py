"""The client record on real PostgreSQL."""
