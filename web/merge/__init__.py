"""Pages on which a client is merged into another: whom, what would be done, and doing it."""
