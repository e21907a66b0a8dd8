"""Correspondence: mail to the people of a client, its wording, its log, and what stops it."""
