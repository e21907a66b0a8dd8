"""Reading numbers, and how far they are counted."""
