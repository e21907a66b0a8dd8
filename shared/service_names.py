"""The four services. Databases, roles, queues and processes are named after them."""

from __future__ import annotations

SERVICES = ("clients", "documents", "activity", "metrics")
