"""The system on Docker Compose, from outside."""
