"""Counting what belongs to a client, and reading deletions."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, func, select, text
from sqlalchemy.orm import Session

from services.clients.billing.queries.ledger import count_books
from services.clients.deletion.errors import DeletionNotFound
from services.clients.deletion.models import (
    OWN_PART,
    Deletion,
    DeletionPart,
    Holdings,
    Plan,
)
from services.clients.jobs.queries import none_works_on
from services.clients.notes.queries import count_notes
from services.clients.portal.queries.access import count_accesses
from services.clients.records.errors import ClientDeleted
from services.clients.records.models.record import Client
from services.clients.records.queries.clients import get_children
from services.clients.time_entries.queries.entries import count_entries
from shared.db.leases import is_over
from shared.http.paging import Page, Sort, page
from shared.unit_of_work import UnitOfWork

_DELETION = text("SELECT id FROM deletions WHERE client_id = :id AND undone_at IS NULL")
_WORKSPACES = text("SELECT workspaces_with_deletions()")


def plan_of(uow: UnitOfWork, client: Client, holdings: Holdings) -> Plan:
    """What deleting the client would take along, counted now."""
    children = get_children(uow.session, client.id)
    books = count_books(uow.session, client.id)
    goes = [
        {"kind": "client", "count": 1},
        {"kind": "contacts", "count": len(children["contacts"])},
        {"kind": "rates", "count": len(children["rates"])},
        {"kind": "projects", "count": books.projects},
        {"kind": "time_entries", "count": count_entries(uow.session, client.id)},
        {"kind": "draft_invoices", "count": books.unnumbered_invoices},
        {"kind": "notes", "count": count_notes(uow.session, client.id)},
        {"kind": "portal_users", "count": count_accesses(uow.session, client.id)},
        _elsewhere("documents", "documents", holdings, holdings.documents, bytes=holdings.bytes),
        _elsewhere("timeline", "activity", holdings, holdings.entries),
    ]
    numbered = books.numbered_invoices
    stays = [{"kind": "issued_invoices", "count": numbered}] if numbered else []
    return Plan(client.id, client.version, goes, stays, holdings)


def _elsewhere(
    kind: str, service: str, holdings: Holdings, count: int | None, **more: Any
) -> dict[str, Any]:
    note = {"note": holdings.notes[service]} if service in holdings.notes else {}
    return {"kind": kind, "count": count, **more, **note}


def get_deletion(session: Session, deletion_id: uuid.UUID) -> Deletion:
    """The deletion with its parts; raises `DeletionNotFound`."""
    return _found(session.get(Deletion, deletion_id))


def lock_deletion(session: Session, deletion_id: uuid.UUID) -> Deletion:
    """As `get_deletion`, held until the transaction ends."""
    return _found(session.get(Deletion, deletion_id, with_for_update=True))


def _found(deletion: Deletion | None) -> Deletion:
    if deletion is None:
        raise DeletionNotFound
    return deletion


def list_deletions(uow: UnitOfWork, cursor: str | None, limit: int) -> Page:
    """A page of the workspace's deletions, the newest first."""
    return page(
        uow.session,
        uow.vault,
        select(Deletion),
        [Sort(Deletion.id, descending=True)],
        scope="deletions",
        cursor=cursor,
        limit=limit,
    )


def due_to_start() -> Select[Deletion]:
    """The workspace's deletions that can no longer be undone and have not been started."""
    return select(Deletion).where(
        Deletion.started_at.is_(None),
        Deletion.undone_at.is_(None),
        Deletion.starts_at <= func.clock_timestamp(),
    )


def parts_due() -> Select[DeletionPart]:
    """This service's own parts that are not done, unless a job works on the client, or a part
    has failed and its pause is not over."""
    return select(DeletionPart).where(
        DeletionPart.service == OWN_PART,
        DeletionPart.done_at.is_(None),
        text(is_over("deletion_parts.retry_at", "interval '2 hours'")),
        none_works_on(DeletionPart.client_id),
    )


def ids_to_start(session: Session) -> Sequence[uuid.UUID]:
    """Of `due_to_start`."""
    return session.scalars(due_to_start().with_only_columns(Deletion.id)).all()


def ids_to_erase(session: Session) -> Sequence[uuid.UUID]:
    """Of the deletions of `parts_due`."""
    return session.scalars(parts_due().with_only_columns(DeletionPart.deletion_id)).all()


def workspaces_with_deletions(session: Session) -> list[uuid.UUID]:
    """Every workspace where a deletion is due, or its part here is not done."""
    return list(session.scalars(_WORKSPACES))


def deleted(session: Session, client_id: uuid.UUID) -> ClientDeleted | None:
    """That a client which is not there was deleted, if it was, with its receipt's id."""
    deletion_id = session.scalar(_DELETION, {"id": client_id})
    return None if deletion_id is None else ClientDeleted(deletion_id=str(deletion_id))
