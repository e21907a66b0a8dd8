"""The list of clients: filters, words, facets, and the views that people keep of it."""
