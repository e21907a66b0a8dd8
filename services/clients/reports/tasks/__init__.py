"""What reports do by themselves, and what they ask of other services."""
