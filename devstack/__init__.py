"""The embedded stack: real engines and the supervisor that keeps every process running."""
