"""Fields of clients that a workspace defines for itself."""
