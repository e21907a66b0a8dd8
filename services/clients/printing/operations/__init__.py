"""Asking for a paper, and noting that it is made."""
