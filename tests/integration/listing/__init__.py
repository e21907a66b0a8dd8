"""Views of the list of clients on real PostgreSQL."""
