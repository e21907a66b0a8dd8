"""The end of a record: deleted with all that is its own, or merged into another."""
