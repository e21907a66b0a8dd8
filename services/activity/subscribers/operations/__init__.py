"""What is done with subscribers, by operators and by the relay."""
