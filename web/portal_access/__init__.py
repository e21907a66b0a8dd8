"""Inviting contacts to the portal, from a client's page."""
