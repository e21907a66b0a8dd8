"""Subscribers: Celery apps of the firm that are sent the feed, batch by batch."""
