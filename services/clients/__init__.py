"""Client records, billing, access, and the façade: the one public API."""
