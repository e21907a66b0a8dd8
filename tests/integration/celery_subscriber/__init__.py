"""The Celery half of the client package, on the databases a subscriber may have."""
