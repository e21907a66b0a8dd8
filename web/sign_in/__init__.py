"""Signing in and out, and what a browser remembers of its reader's taste."""
