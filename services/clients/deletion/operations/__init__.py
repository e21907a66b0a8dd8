"""Commands about deletions: each locks its client first, and none commits."""
