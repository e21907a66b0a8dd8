"""Reading events: by client as a timeline, by position as a feed."""
