"""What is worked off in the background: how far it is, and what came of it."""
