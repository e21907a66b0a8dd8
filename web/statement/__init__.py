"""The statement of account of a client, between two days."""
