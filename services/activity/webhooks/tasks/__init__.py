"""The dispatcher: the process that posts events to webhooks."""
