"""Commands about notes: each locks the client first, and none commits."""
