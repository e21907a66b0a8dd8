"""What migrations are made of, and nothing else uses."""
