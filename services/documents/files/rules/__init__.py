"""What can be said of files, their keys and their names without asking anyone."""
