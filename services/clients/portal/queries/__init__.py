"""Finding who may come to the portal, and what they see there."""
