"""Reading the list of clients and its saved views."""
