"""A client's quarterly reports."""
