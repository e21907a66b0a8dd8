"""Asking for work."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping
from typing import Any

from services.clients.jobs.models import Job
from services.clients.jobs.rules import QUEUED
from shared.clock import now
from shared.ids import uuid7
from shared.messaging.envelope import Actor
from shared.messaging.outbox import Origin
from shared.unit_of_work import UnitOfWork


def create_job(
    uow: UnitOfWork,
    kind: str,
    params: Mapping[str, Any],
    permissions: Collection[str] = (),
    import_id: uuid.UUID | None = None,
) -> Job:
    """Ask for work; it is done in the name of who asks, with the permissions they have now."""
    origin = uow.origin
    job = Job(
        id=uuid7(),
        workspace_id=uow.workspace_id,
        kind=kind,
        state=QUEUED,
        params=dict(params),
        saved={},
        total=None,
        done=0,
        created=0,
        updated=0,
        skipped=0,
        failed=0,
        result={},
        problem=None,
        origin={"actor": origin.actor.as_dict(), "correlation_id": origin.correlation_id},
        permissions=sorted(permissions),
        import_id=import_id,
        turn=0,
        attempts=0,
        created_at=now(),
        started_at=None,
        finished_at=None,
    )
    uow.session.add(job)
    return job


def origin_of(job: Job) -> Origin:
    """In whose name a job's events are: of who asked for it."""
    actor = Actor(**job.origin["actor"])
    return Origin(job.workspace_id, actor, job.origin["correlation_id"])
