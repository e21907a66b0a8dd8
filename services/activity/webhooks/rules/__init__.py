"""What is decided about webhooks without a look at anything else."""
