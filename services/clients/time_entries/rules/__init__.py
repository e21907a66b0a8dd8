"""Weeks, persons, and which hours are overtime: pure."""
