"""The pipe, in reading order: envelope, topology, outbox, feed, relay, publisher, celery_app,
inbox, attempts, reconciler, lives, relearning, dead_letters; lag and tracing look at it."""
