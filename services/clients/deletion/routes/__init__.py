"""Deletions over HTTP."""
