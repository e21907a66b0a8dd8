"""Time: a person's week as a table to fill in, and the list of all that was worked."""
