"""Writing events: recording what arrives, giving it its place in the feed."""
