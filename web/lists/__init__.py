"""The lists of the workspace: what clients and documents may be filed under."""
