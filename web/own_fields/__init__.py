"""Fields of clients that the workspace defines for itself."""
