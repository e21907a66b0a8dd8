"""What becomes of a job's rows."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson
from sqlalchemy import Select, func, insert, literal, select, text
from sqlalchemy.dialects.postgresql import JSONB

from services.clients.jobs.models import WAITING, Job, JobRow
from shared.unit_of_work import UnitOfWork

_NOTE = text(
    """
    INSERT INTO job_rows
        (job_id, row, workspace_id, state, client_id, version, entry_id, errors, warnings)
    SELECT :job, r.row, :workspace, r.state, r.client_id, r.version, r.entry_id, r.errors,
        r.warnings
    FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS r (row bigint, state text, client_id uuid,
        version bigint, entry_id uuid, errors jsonb, warnings jsonb)
    ON CONFLICT (job_id, row) DO UPDATE SET state = excluded.state, client_id = excluded.client_id,
        version = excluded.version, entry_id = excluded.entry_id, errors = excluded.errors,
        warnings = excluded.warnings
    """
)
_DROP = text("DELETE FROM job_rows WHERE job_id = :job")
# Sentences may quote a client; which field was wrong, and by which code, quotes nobody.
_FORGET = text(
    """
    WITH findings AS (
        UPDATE job_rows SET errors = '[]', warnings = '[]'
        WHERE client_id = ANY (CAST(:clients AS uuid[]))
    )
    UPDATE job_rows SET errors = (
        SELECT jsonb_agg(error || '{"message": "Not kept, as a client has been deleted."}')
        FROM jsonb_array_elements(errors) AS error)
    WHERE client_id IS NULL AND errors <> '[]'
    """
)
# The counter of a job that a row in each state belongs to.
_COUNTED = {
    "created": "created",
    "updated": "updated",
    "reverted": "updated",
    "deleted": "updated",
    "unchanged": "skipped",
    "skipped": "skipped",
    "failed": "failed",
}


@dataclass(slots=True)
class Outcome:
    """What became of a row: its state, whose it is, the time entry that was made of it, what was
    wrong with it, and what is to be known although it was taken."""

    row: int
    state: str
    client_id: uuid.UUID | None = None
    version: int | None = None
    entry_id: uuid.UUID | None = None
    errors: list[dict[str, Any]] = field(default_factory=list)
    warnings: list[dict[str, Any]] = field(default_factory=list)


def note_outcomes(uow: UnitOfWork, job: Job, outcomes: Sequence[Outcome]) -> None:
    """Write down what became of rows, and count them: each of them is done."""
    rows = [
        {
            "row": outcome.row,
            "state": outcome.state,
            "client_id": outcome.client_id,
            "version": outcome.version,
            "entry_id": outcome.entry_id,
            "errors": outcome.errors,
            "warnings": outcome.warnings,
        }
        for outcome in outcomes
    ]
    given = {"job": job.id, "workspace": uow.workspace_id, "rows": orjson.dumps(rows).decode()}
    uow.session.execute(_NOTE, given)
    for name, count in Counter(_COUNTED[outcome.state] for outcome in outcomes).items():
        setattr(job, name, getattr(job, name) + count)
    job.done += len(outcomes)


def await_rows(uow: UnitOfWork, job: Job, clients: Select[tuple[int, uuid.UUID]]) -> None:
    """Let a row wait for each of the clients, which are `(row, client_id)`; they are the total."""
    uow.flush()
    chosen = clients.subquery()
    number, client_id = chosen.c
    waiting = select(
        literal(job.id),
        number,
        literal(uow.workspace_id),
        literal(WAITING),
        client_id,
        literal([], JSONB),
        literal([], JSONB),
    )
    columns = ("job_id", "row", "workspace_id", "state", "client_id", "errors", "warnings")
    uow.session.execute(insert(JobRow).from_select(columns, waiting))
    job.total = uow.session.scalar(
        select(func.count()).select_from(JobRow).where(JobRow.job_id == job.id)
    )


def drop_rows(uow: UnitOfWork, job: Job) -> None:
    """The job's rows are not needed any more."""
    uow.session.execute(_DROP, {"job": job.id})


def forget_clients(uow: UnitOfWork, client_ids: Sequence[uuid.UUID]) -> None:
    """Take out of the workspace's rows what was said of these clients, or may have been.

    A row that came to nothing names nobody by an id, and may be about any client.
    """
    uow.session.execute(_FORGET, {"clients": list(client_ids)})
