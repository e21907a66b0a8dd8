"""What a subscriber may be called, and what it is sent."""
