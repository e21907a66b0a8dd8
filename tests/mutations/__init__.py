"""Faults that are made on purpose, to see that a test notices each."""
