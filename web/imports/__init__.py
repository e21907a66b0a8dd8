"""Clients from a file: sent, looked at, tried, carried out and taken back."""
