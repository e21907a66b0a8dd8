"""The HTTP edge: app factory, problems, idempotency, paging, service calls."""
