"""What every operation on a document stands on: locks, versions, events, room, origins."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert

from services.documents.files import queries
from services.documents.files.errors import QuotaExceeded, StaleVersion
from services.documents.files.models import Document, WorkspaceUsage
from shared.clock import now
from shared.errors import require_version
from shared.messaging.envelope import Actor, Event
from shared.messaging.outbox import Origin
from shared.unit_of_work import UnitOfWork


def locked(
    uow: UnitOfWork, client_id: uuid.UUID, document_id: uuid.UUID, expected_version: int | None
) -> Document:
    """The document of a command, its client's row locked first; 412 if it is not at the
    version that the caller read."""
    queries.lock_client(uow.session, uow.workspace_id, client_id)
    document = queries.lock_document(uow.session, client_id, document_id)
    require_version(expected_version, document.version, StaleVersion)
    return document


def touch(document: Document) -> None:
    """Count a change of the record."""
    document.version += 1
    document.updated_at = now()


def announce(uow: UnitOfWork, document: Document, describe: Callable[[Document], Event]) -> None:
    """Publish an event of the document under its next number."""
    document.event_version += 1
    uow.publish(describe(document))


def take_room(uow: UnitOfWork, size: int, quota_bytes: int) -> None:
    """Reserve bytes of the workspace's quota, in one statement, so that two cannot overrun it."""
    usage = insert(WorkspaceUsage).values(workspace_id=uow.workspace_id, used_bytes=size)
    grown = WorkspaceUsage.used_bytes + size
    statement = usage.on_conflict_do_update(
        index_elements=[WorkspaceUsage.workspace_id],
        set_={"used_bytes": grown},
        where=grown <= quota_bytes,
    ).returning(WorkspaceUsage.used_bytes)
    if size > quota_bytes or uow.session.scalar(statement) is None:
        raise QuotaExceeded(f"All documents together may take {quota_bytes} bytes.")


def give_room_back(uow: UnitOfWork, size: int) -> None:
    """The bytes are gone, or will not come."""
    uow.session.execute(
        update(WorkspaceUsage)
        .where(WorkspaceUsage.workspace_id == uow.workspace_id)
        .values(used_bytes=WorkspaceUsage.used_bytes - size)
    )


def origin_json(origin: Origin) -> dict[str, Any]:
    """Who asks, as kept with work that a job may have to finish."""
    return {
        "actor": origin.actor.as_dict(),
        "correlation_id": origin.correlation_id,
        "traceparent": origin.traceparent,
    }


def origin_of(document: Document) -> Origin:
    """Who asked for the work under way, so that its event names them and not a job."""
    origin = document.origin
    return Origin(
        workspace_id=document.workspace_id,
        actor=Actor(**origin["actor"]),
        correlation_id=origin["correlation_id"],
        traceparent=origin["traceparent"],
    )
