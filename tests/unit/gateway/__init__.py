"""The way to the services behind the façade."""
