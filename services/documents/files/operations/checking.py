"""The check of an upload as transactions: who does it, and what came of it."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import func, update

from services.documents.files import events
from services.documents.files.errors import Refused
from services.documents.files.models import AVAILABLE, CHECKING, PENDING, QUARANTINED, Document
from services.documents.files.operations.common import (
    announce,
    give_room_back,
    locked,
    origin_json,
    origin_of,
    touch,
)
from services.documents.files.rules import keys
from services.documents.files.rules.checks.inspection import Verdict
from shared.clock import now
from shared.messaging.outbox import Origin
from shared.unit_of_work import UnitOfWork

# Longer than a check may take in a worker (its hard time limit), or two would run at once.
CHECK_LEASE = timedelta(seconds=90)
# Starts of a check that never ended: then it is the file that ends them.
MAX_ATTEMPTS = 5
OUTAGE_PAUSE = timedelta(seconds=10)


@dataclass(frozen=True, slots=True)
class Claim:
    """A check that is ours until its lease ends or another attempt takes over."""

    document_id: uuid.UUID
    client_id: uuid.UUID
    attempt: int
    file_name: str
    size: int
    sha256: str | None
    staging_key: str
    final_key: str
    copied: bool
    origin: Origin


def start_check(
    uow: UnitOfWork, client_id: uuid.UUID, document_id: uuid.UUID, *, at_once: bool
) -> tuple[Document, Claim | None]:
    """The upload is complete: its check is due. `at_once` claims it for the caller.

    A document that is no longer pending is left as it is, with no claim.
    """
    document = locked(uow, client_id, document_id, None)
    if document.status != PENDING:
        return document, None
    document.status = CHECKING
    document.origin = origin_json(uow.origin)
    document.attempts = 0
    document.updated_at = now()
    return document, claim_check(uow, document) if at_once else None


def claim_check(uow: UnitOfWork, document: Document) -> Claim:
    """Take a locked document's check until the lease ends.

    An earlier attempt that never finished its copy may still be writing it, so this one gets
    a key of its own; a finished copy is immutable and is taken over.
    """
    document.attempts += 1
    if not document.copied:
        document.final_key = keys.final_key()
    _lease(uow, document.id, CHECK_LEASE)
    return _claim(document)


def mark_copied(uow: UnitOfWork, claim: Claim) -> None:
    """Note that the copy is whole, so that a later attempt begins with reading it."""
    document = _claimed(uow, claim)
    if document is not None:
        document.copied = True


def pass_check(uow: UnitOfWork, claim: Claim, verdict: Verdict, sha256: str) -> Document | None:
    """The copy is what it should be: it is available from here on.

    None, as from the other conclusions: the claim has been overtaken and decides nothing.
    """
    document = _claimed(uow, claim)
    if document is None:
        return None
    document.status = AVAILABLE
    document.content_type = verdict.content_type
    document.pages = verdict.pages
    document.marks = list(verdict.marks)
    document.sha256 = sha256
    document.staging_key = document.upload_id = None
    touch(document)
    announce(uow, document, events.document_added)
    return document


def refuse_document(uow: UnitOfWork, claim: Claim, refusal: Refused) -> Document | None:
    """The file is not taken, and this is final. Its keys are forgotten with its bytes."""
    document = _claimed(uow, claim)
    if document is None:
        return None
    document.status = QUARANTINED
    document.refusal = {"code": refusal.code, "detail": refusal.detail or refusal.title}
    document.staging_key = document.final_key = document.upload_id = None
    give_room_back(uow, document.size)
    touch(document)
    announce(uow, document, lambda it: events.document_refused(it, refusal.code))
    return document


def reopen_upload(uow: UnitOfWork, claim: Claim) -> Document | None:
    """What arrived cannot be judged: the upload is awaited again under the same link."""
    document = _claimed(uow, claim)
    if document is None:
        return None
    document.status = PENDING
    document.final_key = None
    document.copied = False
    document.lease_until = None
    return document


def postpone_check(uow: UnitOfWork, claim: Claim) -> None:
    """The store is away: try again shortly, without counting this attempt."""
    document = _claimed(uow, claim)
    if document is not None:
        document.attempts -= 1
        _lease(uow, document.id, OUTAGE_PAUSE)


def _claimed(uow: UnitOfWork, claim: Claim) -> Document | None:
    """The document of a claim, locked; None if the claim is no longer the one that counts.

    The number alone would not tell: an attempt that was put off is not counted. The key would
    not either: a finished copy is taken over.
    """
    document = locked(uow, claim.client_id, claim.document_id, None)
    stands = (document.status, document.attempts, document.final_key)
    return document if stands == (CHECKING, claim.attempt, claim.final_key) else None


def _claim(document: Document) -> Claim:
    return Claim(
        document_id=document.id,
        client_id=document.client_id,
        attempt=document.attempts,
        file_name=document.file_name,
        size=document.size,
        sha256=document.sha256,
        staging_key=keys.required(document.staging_key),
        final_key=keys.required(document.final_key),
        copied=document.copied,
        origin=origin_of(document),
    )


def _lease(uow: UnitOfWork, document_id: uuid.UUID, length: timedelta) -> None:
    """By the database's clock, as processes on several machines read it."""
    until = func.clock_timestamp() + length
    uow.session.execute(
        update(Document).where(Document.id == document_id).values(lease_until=until)
    )
