"""Deleting a document as transactions: its objects go in between, so it takes two."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import timedelta

from services.documents.files import events, queries
from services.documents.files.errors import DocumentNotFound, PaperKept
from services.documents.files.models import (
    DELETED,
    DELETING,
    PENDING,
    QUARANTINED,
    Document,
    OpenLink,
)
from services.documents.files.operations.common import (
    announce,
    give_room_back,
    locked,
    origin_json,
    origin_of,
    touch,
)
from shared.backoff import pause_after
from shared.clock import now
from shared.messaging.outbox import Origin
from shared.unit_of_work import UnitOfWork

# How long a removal that the store refused is left alone; twice as long after each further time.
RETRY_PAUSE = timedelta(seconds=5)
LONGEST_PAUSE = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Removal:
    """The objects of a document that is being deleted."""

    document_id: uuid.UUID
    client_id: uuid.UUID
    keys: tuple[str, ...]
    staging_key: str | None
    upload_id: str | None
    origin: Origin


def start_deletion(
    uow: UnitOfWork, client_id: uuid.UUID, document_id: uuid.UUID, expected_version: int | None
) -> Removal | None:
    """Delete a document. Its objects are to be removed next; None if it has none.

    Asking again for one that is being deleted gives the same removal. Raises `PaperKept`.
    """
    document = locked(uow, client_id, document_id, expected_version)
    if document.paper:
        raise PaperKept("It is deleted with its client.")
    if document.status == QUARANTINED:
        _finish(uow, document)
        return None
    if document.status != DELETING:
        _begin_removal(document)
        document.origin = origin_json(uow.origin)
    return removal_of(document)


def abandon_upload(uow: UnitOfWork, client_id: uuid.UUID, document_id: uuid.UUID) -> None:
    """Give up an upload that was never completed; one completed meanwhile is left alone."""
    queries.lock_ref(uow.session, uow.workspace_id, client_id)
    document = queries.lock_document(uow.session, client_id, document_id)
    if document.status == PENDING:
        _begin_removal(document)


def _begin_removal(document: Document) -> None:
    document.status = DELETING
    document.attempts, document.lease_until = 0, None
    document.updated_at = now()


def removal_of(document: Document) -> Removal:
    """What is to be removed with a document."""
    keys = tuple(key for key in (document.staging_key, document.final_key) if key)
    return Removal(
        document_id=document.id,
        client_id=document.client_id,
        keys=keys,
        staging_key=document.staging_key,
        upload_id=document.upload_id,
        origin=origin_of(document),
    )


def finish_deletion(uow: UnitOfWork, removal: Removal) -> None:
    """The objects are gone: so is the document. Repeating it changes nothing.

    One that was never announced, or whose client was erased, leaves neither row nor event.
    """
    queries.lock_ref(uow.session, uow.workspace_id, removal.client_id)
    try:
        document = queries.lock_document(uow.session, removal.client_id, removal.document_id)
    except DocumentNotFound:
        return
    if document.status == DELETING:
        give_room_back(uow, document.size)
        _finish(uow, document)


def postpone_removal(uow: UnitOfWork, removal: Removal) -> None:
    """The store has refused it: it is left alone for a while."""
    queries.lock_ref(uow.session, uow.workspace_id, removal.client_id)
    document = queries.lock_document(uow.session, removal.client_id, removal.document_id)
    document.lease_until = now() + pause_after(document.attempts, RETRY_PAUSE, LONGEST_PAUSE)
    document.attempts += 1


def _finish(uow: UnitOfWork, document: Document) -> None:
    erased = queries.is_erased(uow.session, document.client_id)
    if erased:
        _remember_link(uow, document)
    if erased or document.event_version == 0:
        uow.session.delete(document)
        return
    document.status = DELETED
    document.staging_key = document.final_key = document.upload_id = None
    touch(document)
    announce(uow, document, events.document_deleted)


def _remember_link(uow: UnitOfWork, document: Document) -> None:
    """What is still put to the link is removed once it has expired."""
    if document.staging_key is not None and document.abandoned_at > now():
        link = OpenLink(
            staging_key=document.staging_key,
            workspace_id=document.workspace_id,
            expires_at=document.abandoned_at,
        )
        uow.session.add(link)
