"""Proving that timeline and metrics are right, and building them anew."""
