"""Migrations of the activity database, in order of their numbers."""
