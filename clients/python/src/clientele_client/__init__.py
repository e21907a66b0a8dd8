"""Clientele from outside: its feed, its stream, its webhooks, its records."""
