"""The metrics service: four numbers per client, counted from facts."""
