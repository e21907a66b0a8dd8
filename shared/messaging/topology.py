"""The one table of the messaging topology: who listens to whom, on which queue, by which task.

Workers, relays, beat, commands and tests all read it; a test compares it with what is
registered. Nothing else names a queue. The jobs of a service stand in its declaration.
"""

from __future__ import annotations

from shared import service_names

SERVICES = service_names.SERVICES

# Who receives the events of which source. A consumer gets every event of a source, so that
# its positions are gapless; it ignores the types it has no use for.
SUBSCRIPTIONS: dict[str, tuple[str, ...]] = {
    # The others report to it what they have erased.
    "clients": ("documents", "activity", "metrics"),
    "documents": ("clients",),
    # What was done to its own webhooks stands in the same feed as all else.
    "activity": ("clients", "documents", "activity"),
    "metrics": ("clients",),
}


def source_of(service: str) -> str:
    """The CloudEvents source of a service's events."""
    return f"/{service}"


def ingest_queue(service: str) -> str:
    """The queue that a service's events arrive on."""
    return f"{service}.ingest"


def jobs_queue(service: str) -> str:
    """The queue of a service's jobs, apart so that a long job never holds up an event."""
    return f"{service}.jobs"


def ingest_task(service: str) -> str:
    """The task that applies a batch of envelopes: one per consumer, not per event type.

    An unknown task is dropped by Celery without a trace; an unknown type is ours to park.
    """
    return f"{service}.ingest"


def targets_of(service: str) -> tuple[str, ...]:
    """The consumers that the relay of a service sends to."""
    return tuple(name for name in SERVICES if service in SUBSCRIPTIONS[name])
