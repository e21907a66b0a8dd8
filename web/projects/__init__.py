"""Projects: one with its budget and what is spent of it."""
