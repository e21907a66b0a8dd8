"""The people of the workspace: who may sign in, as what, and who was invited."""
