"""Auto-invoicing: what its runs did, and what the next one does."""
