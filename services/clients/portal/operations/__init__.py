"""Inviting, accepting, signing in, and one's own profile."""
