"""The activity service: the timeline of every client."""
