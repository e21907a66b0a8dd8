"""Subscribers: the firm's own Celery apps that are sent the feed, and how far each was told."""
