"""Signing in, who am I, the workspace, people and their keys."""
