"""Billing has no background work of its own yet."""
