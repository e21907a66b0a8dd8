"""Custom fields on real PostgreSQL."""
