"""The values of a client's record, each defined once. Checks are those of `shared.values`."""
