"""Commands about workspaces, people, keys and tokens, and who stands behind a token."""
