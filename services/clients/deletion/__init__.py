"""Deleting a client in all services, with a plan before and a receipt after."""
