"""The one table of the messaging topology: queues, tasks, subscriptions, periodic work.

Workers, relays, beat, the supervisor and the tests all read it; a test compares it with
what is registered. Nothing else names a queue or a task.
"""

from __future__ import annotations

from dataclasses import dataclass

from shared import service_names

SERVICES = service_names.SERVICES

# Who receives the events of which source. A consumer gets every event of a source, so that
# its positions are gapless; it ignores the types it has no use for.
SUBSCRIPTIONS: dict[str, tuple[str, ...]] = {
    # The others report to it what they have erased.
    "clients": ("documents", "activity", "metrics"),
    "documents": ("clients",),
    "activity": ("clients", "documents"),
    "metrics": ("clients",),
}


@dataclass(frozen=True, slots=True)
class Periodic:
    """A job that beat wakes: `<service>.<verb>_<noun>` on the service's jobs queue."""

    task: str
    every_seconds: float

    @property
    def service(self) -> str:
        """The service whose jobs worker runs it."""
        return self.task.partition(".")[0]


PERIODIC: tuple[Periodic, ...] = (
    Periodic("clients.purge_idempotency_keys", 3600.0),
    Periodic("documents.purge_idempotency_keys", 3600.0),
    Periodic("clients.advance_deletions", 2.0),
    Periodic("clients.sweep_drafts", 3600.0),
    Periodic("clients.reindex_clients", 60.0),
    Periodic("clients.purge_tokens", 3600.0),
    Periodic("clients.wake_jobs", 1.0),
    Periodic("clients.purge_transfers", 3600.0),
    Periodic("documents.check_documents", 2.0),
    Periodic("documents.erase_clients", 2.0),
    Periodic("documents.sweep_documents", 30.0),
)

# Jobs that a command wakes, besides the periodic ones. A message only wakes: the work and
# its lease stand in PostgreSQL.
JOBS: tuple[str, ...] = ("clients.advance_job",)


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


def jobs_of(service: str) -> tuple[str, ...]:
    """The names of a service's job tasks; no jobs, no jobs worker."""
    names = [entry.task for entry in PERIODIC] + list(JOBS)
    return tuple(name for name in names if name.startswith(f"{service}."))
