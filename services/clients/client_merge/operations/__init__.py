"""Commands about merges: each locks both clients first, and none commits."""
