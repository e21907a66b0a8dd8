"""Notes, calls and meetings that people write onto a client's timeline."""
