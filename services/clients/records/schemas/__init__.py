"""Bodies and answers of the record."""
