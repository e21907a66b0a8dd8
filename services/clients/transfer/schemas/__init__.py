"""Queries, bodies and answers of transfer."""
