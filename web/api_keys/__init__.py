"""Keys by which programs use the API."""
