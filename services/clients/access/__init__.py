"""Who may do what: workspaces, users, roles, API keys and tokens."""
