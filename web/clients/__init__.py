"""The list of clients: found, filtered, ticked and changed together."""
