"""The part of a deletion that cannot be undone: it is announced, then carried out batch by batch.

Every batch is a transaction that may be repeated; what is left to do stands in the database.
"""

from __future__ import annotations

import uuid
from datetime import timedelta

from sqlalchemy import text

from services.clients.deletion import events, queries
from services.clients.deletion.models import OWN_PART, PARTS, Deletion, DeletionPart
from services.clients.deletion.operations.client_data import forget_clients
from services.clients.records.operations.codes import release_codes
from shared.backoff import pause_after
from shared.clock import now
from shared.failpoints import failpoint
from shared.messaging.erasure import erase_messages
from shared.stored_answers import erase_answers
from shared.unit_of_work import UnitOfWork

# Events that become tombstones in one transaction; the relay waits for it at most.
BATCH = 500
# How long a part that has failed once is left alone; twice as long after each further time.
RETRY_PAUSE = timedelta(seconds=5)
LONGEST_PAUSE = timedelta(hours=1)

_REMEMBER = text(
    """
    INSERT INTO erased_clients (client_id, workspace_id)
    SELECT gone, :workspace FROM unnest(CAST(:clients AS uuid[])) AS gone
    ON CONFLICT DO NOTHING
    """
)


def start(uow: UnitOfWork, deletion: Deletion) -> None:
    """From here on it cannot be undone: the other services hear of it."""
    release_codes(uow, deletion.client_id)
    erased = {"clients": deletion.erased_ids, "workspace": uow.workspace_id}
    uow.session.execute(_REMEMBER, erased)
    deletion.kept = None
    deletion.started_at = now()
    deletion.event_id = uow.publish(events.client_deleted(deletion))
    deletion.parts = [_part(deletion, service) for service in PARTS]


def _part(deletion: Deletion, service: str) -> DeletionPart:
    return DeletionPart(
        deletion_id=deletion.id,
        service=service,
        workspace_id=deletion.workspace_id,
        client_id=deletion.client_id,
        counts=_own_counts(deletion) if service == OWN_PART else {},
    )


def _own_counts(deletion: Deletion) -> dict[str, int]:
    elsewhere = {"documents", "timeline"}
    return {each["kind"]: each["count"] for each in deletion.goes if each["kind"] not in elsewhere}


def start_due(uow: UnitOfWork, deletion_id: uuid.UUID) -> bool:
    """Start a deletion that can no longer be undone; whether it was to be started."""
    due = queries.due_to_start().where(Deletion.id == deletion_id)
    deletion = uow.session.scalar(due.with_for_update(skip_locked=True))
    if deletion is None:
        return False
    deletion.version += 1
    start(uow, deletion)
    return True


def erase_batch(uow: UnitOfWork, deletion_id: uuid.UUID) -> bool:
    """The next batch of this service's own part of a deletion; whether there was one.

    The log's words go batch by batch, then stored answers and what the features still say; then
    the part is done. A job that works on the client ends first, as it may be about to write of it.
    """
    due = queries.parts_due().where(DeletionPart.deletion_id == deletion_id)
    part = uow.session.scalar(due.with_for_update(skip_locked=True))
    if part is None:
        return False
    deletion = uow.session.get_one(Deletion, deletion_id)
    rewritten = erase_messages(uow.session, deletion.erased_ids, BATCH)
    part.counts = {**part.counts, "events": part.counts.get("events", 0) + rewritten}
    if rewritten < BATCH:
        erase_answers(uow, deletion.erased_ids)
        forget_clients(uow, deletion.erased_ids)
        part.done_at = now()
    part.failures, part.problem, part.retry_at = 0, None, None
    failpoint("clients.while_erasing")
    return True


def note_failure(uow: UnitOfWork, deletion_id: uuid.UUID, error: Exception) -> None:
    """Leave this service's own part alone for a while, and say on the receipt why."""
    part = uow.session.get_one(DeletionPart, (deletion_id, OWN_PART), with_for_update=True)
    part.retry_at = now() + pause_after(part.failures, RETRY_PAUSE, LONGEST_PAUSE)
    part.failures += 1
    part.problem = type(error).__name__
