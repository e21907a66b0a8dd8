"""What is known of events without asking anyone: their sentences, who may see them, seals."""
