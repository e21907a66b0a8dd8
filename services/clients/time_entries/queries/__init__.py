"""Reading time entries, weeks, and what they come to."""
