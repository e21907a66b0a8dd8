"""Billing reacts to no event: what it needs stands in the same database."""
