"""The pages as browsers get them, of a real API."""
