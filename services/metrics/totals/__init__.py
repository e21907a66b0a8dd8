"""What the projects and invoices of a client add up to."""
