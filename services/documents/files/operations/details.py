"""Expecting an upload, changing what is said about a document, noting who fetched it."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from services.documents.files import events, queries
from services.documents.files.errors import NotAvailable
from services.documents.files.models import AVAILABLE, CHECKING, PENDING, Document
from services.documents.files.operations.common import (
    announce,
    locked,
    origin_json,
    take_room,
    touch,
)
from shared.clock import now
from shared.errors import FieldError, Invalid
from shared.ids import uuid7
from shared.unit_of_work import UnitOfWork

_CHANGEABLE = {PENDING, CHECKING, AVAILABLE}


@dataclass(frozen=True, slots=True)
class Upload:
    """Where an upload will arrive, and when it counts as abandoned."""

    staging_key: str
    upload_id: str | None
    abandoned_at: datetime


def create_document(
    uow: UnitOfWork,
    client_id: uuid.UUID,
    details: Mapping[str, Any],
    upload: Upload,
    quota_bytes: int,
    document_id: uuid.UUID | None = None,
) -> Document:
    """Expect an upload, under an id of its own if none is given; raises `QuotaExceeded` if the
    workspace has no room for it."""
    queries.lock_client(uow.session, uow.workspace_id, client_id)
    client_id = queries.present_id(uow.session, client_id)
    document = Document(
        id=document_id or uuid7(),
        workspace_id=uow.workspace_id,
        client_id=client_id,
        staging_key=upload.staging_key,
        upload_id=upload.upload_id,
        abandoned_at=upload.abandoned_at,
        origin=origin_json(uow.origin),
        created_at=now(),
        updated_at=now(),
        **details,
    )
    uow.session.add(document)
    uow.flush()
    take_room(uow, document.size, quota_bytes)
    return document


def update_document(
    uow: UnitOfWork,
    client_id: uuid.UUID,
    document_id: uuid.UUID,
    changes: Mapping[str, Any],
    expected_version: int | None,
    kept_only: Collection[str] = (),
) -> Document:
    """Change details. What changes nothing makes no version and no event; a document that
    was never announced changes without an event, as `added` will tell all of it. A field of
    `kept_only` may only be sent as it is: raises `Invalid`."""
    document = locked(uow, client_id, document_id, expected_version)
    if document.status not in _CHANGEABLE:
        raise NotAvailable(f"The document is {document.status}.", document_status=document.status)
    before = {name: getattr(document, name) for name in changes}
    changed = {name: value for name, value in changes.items() if value != before[name]}
    if refused := changed.keys() & set(kept_only):
        raise Invalid(errors=[_retired(name) for name in sorted(refused)])
    if not changed:
        return document
    for name, value in changed.items():
        setattr(document, name, value)
    touch(document)
    if document.event_version:
        updated = [_change(name, before[name], changed[name]) for name in changed]
        announce(uow, document, lambda it: events.document_updated(it, updated))
    return document


def record_download(uow: UnitOfWork, client_id: uuid.UUID, document_id: uuid.UUID) -> None:
    """Note that a link was handed out; raises `NotAvailable` unless it may be."""
    document = locked(uow, client_id, document_id, None)
    require_available(document)
    announce(uow, document, events.document_downloaded)


def require_available(document: Document) -> None:
    """Raise `NotAvailable` for a document that has no checked bytes to hand out."""
    if document.status != AVAILABLE:
        raise NotAvailable(
            f"The document is {document.status}, so it cannot be downloaded.",
            document_status=document.status,
        )


def _retired(field: str) -> FieldError:
    message = "Was retired: only a document that has it already may keep it."
    return FieldError(field, "not_in_list", message)


def _change(field: str, before: Any, after: Any) -> dict[str, Any]:
    return {"field": field, "before": _plain(before), "after": _plain(after)}


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value
