"""The demo workspace: made on the first start of an embedded stack, its records through the API."""
