"""Mail over HTTP: the log, wordings, stops, and sending an invoice."""
