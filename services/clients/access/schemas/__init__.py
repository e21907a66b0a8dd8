"""Bodies and answers of access."""
