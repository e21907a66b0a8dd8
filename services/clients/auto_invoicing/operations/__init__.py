"""When clients are due, running for them, and what the next run would do."""
