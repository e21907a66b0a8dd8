"""The events feature: one table that the timeline reads by client."""
