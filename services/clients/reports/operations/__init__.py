"""Having a report made, and what stands in it."""
