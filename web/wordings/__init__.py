"""What mail to clients says in this workspace."""
