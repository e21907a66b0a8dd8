"""Projects: pieces of work for a client, with a budget in money or in hours."""
