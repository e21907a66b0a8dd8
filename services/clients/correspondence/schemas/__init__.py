"""Bodies, queries and answers of mail."""
