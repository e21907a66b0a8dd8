"""Events over HTTP: the timeline of a client, the feed of a workspace."""
