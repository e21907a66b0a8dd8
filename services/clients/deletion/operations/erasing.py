"""The part of a deletion that cannot be undone: it is announced, then carried out step by step.

Every step is a transaction that may be repeated; what is left to do stands in the database.
"""

from __future__ import annotations

import uuid

from sqlalchemy import func, select, text

from services.clients.deletion import events
from services.clients.deletion.models import OWN_PART, PARTS, Deletion, DeletionPart
from services.clients.records.operations.codes import release_codes
from shared.clock import now
from shared.failpoints import failpoint
from shared.stored_answers import erase_answers
from shared.unit_of_work import UnitOfWork

# Events that become tombstones in one transaction; the relay waits for it at most.
BATCH = 500

_REMEMBER = text(
    """
    INSERT INTO erased_clients (client_id, workspace_id)
    SELECT gone, :workspace FROM unnest(CAST(:clients AS uuid[])) AS gone
    ON CONFLICT DO NOTHING
    """
)
# Files of imports and exports through which the client went. Which ones is known by the rows of
# their jobs; those tables belong to the feature above, and its jobs are waited for. A row that
# came to nothing names nobody by an id, and may be about any client: of those no file and no
# sentence is kept in the workspace, only which field was wrong and by which code.
_NO_JOB_UNDER_WAY = text(
    """
    NOT EXISTS (
        SELECT FROM job_rows AS r JOIN jobs AS j ON j.id = r.job_id
        WHERE r.client_id = deletion_parts.client_id AND j.state IN ('queued', 'running'))
    AND NOT EXISTS (SELECT FROM jobs AS j
                    WHERE j.import_id IS NOT NULL AND j.state IN ('queued', 'running'))
    """
)
_ERASE_FILES = text(
    """
    WITH jobs_of AS (
        SELECT id, import_id FROM jobs WHERE id IN (
            SELECT job_id FROM job_rows WHERE client_id = ANY (CAST(:clients AS uuid[]))
        UNION SELECT job_id FROM job_rows
        WHERE client_id IS NULL AND state IN ('failed', 'skipped'))
    ), owners AS (
        SELECT id FROM jobs_of UNION SELECT import_id FROM jobs_of
        UNION SELECT j.id FROM jobs AS j JOIN jobs_of AS o ON j.import_id = o.import_id
    ), samples AS (
        UPDATE imports SET sample = '[]', file_name = 'erased.' || format
        WHERE id IN (SELECT id FROM owners)
    ), findings AS (
        UPDATE job_rows SET errors = '[]', code = NULL
        WHERE client_id = ANY (CAST(:clients AS uuid[]))
    ), sentences AS (
        UPDATE job_rows SET code = NULL, errors = (
            SELECT jsonb_agg(error || '{"message": "Not kept, as a client has been deleted."}')
            FROM jsonb_array_elements(errors) AS error)
        WHERE client_id IS NULL AND errors <> '[]'
    )
    DELETE FROM transfer_pieces WHERE owner_id IN (SELECT id FROM owners)
    """
)
_ERASE_MESSAGES = text("SELECT erase_messages(CAST(:clients AS uuid[]), :batch)")


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


def start_next(uow: UnitOfWork) -> bool:
    """Start a deletion of the workspace that can no longer be undone; whether there was one."""
    deletion = uow.session.scalar(
        select(Deletion)
        .where(
            Deletion.started_at.is_(None),
            Deletion.undone_at.is_(None),
            Deletion.starts_at <= func.clock_timestamp(),
        )
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    if deletion is None:
        return False
    deletion.version += 1
    start(uow, deletion)
    return True


def erase_next(uow: UnitOfWork) -> bool:
    """A step of this service's own part of a deletion of the workspace; whether there was one.

    The log's words go batch by batch, then files and stored answers; then the part is done. A
    job that works on the client ends first.
    """
    part = _next_part(uow)
    if part is None:
        return False
    deletion = uow.session.get_one(Deletion, part.deletion_id)
    rewritten = _erase_messages(uow, deletion.erased_ids)
    part.counts = {**part.counts, "events": part.counts.get("events", 0) + rewritten}
    if rewritten < BATCH:
        erase_answers(uow, deletion.erased_ids)
        uow.session.execute(_ERASE_FILES, {"clients": deletion.erased_ids})
        part.done_at = now()
    failpoint("clients.while_erasing")
    return True


def _next_part(uow: UnitOfWork) -> DeletionPart | None:
    return uow.session.scalar(
        select(DeletionPart)
        .where(DeletionPart.service == OWN_PART, DeletionPart.done_at.is_(None), _NO_JOB_UNDER_WAY)
        .limit(1)
        .with_for_update(skip_locked=True)
    )


def _erase_messages(uow: UnitOfWork, client_ids: list[uuid.UUID]) -> int:
    given = {"clients": client_ids, "batch": BATCH}
    return int(uow.session.scalar(_ERASE_MESSAGES, given) or 0)
