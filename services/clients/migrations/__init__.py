"""Migrations of the clients database."""
