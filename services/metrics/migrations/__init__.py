"""Migrations of the metrics database, in order of their numbers."""
