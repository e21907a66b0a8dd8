"""The way to the services behind the one public address: calls limited in time and kept apart."""
