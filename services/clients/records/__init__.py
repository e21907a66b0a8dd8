"""The client record: the client itself, its code, contacts, rates, settings and status."""
