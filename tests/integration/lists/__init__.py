"""Workspace lists on real PostgreSQL."""
