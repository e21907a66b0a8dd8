"""The lists of a workspace: what its clients and documents may be filed under."""
