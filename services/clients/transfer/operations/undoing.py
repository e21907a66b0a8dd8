"""Taking an import back: what it made is deleted, what it changed is as it was before.

A client that anybody has touched since is left alone, and its row says so.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping
from typing import Any

from services.clients.billing.queries.ledger import count_books
from services.clients.deletion.operations.deleting import delete_now
from services.clients.jobs.models import (
    CREATED,
    DELETED,
    REVERTED,
    ROW_FAILED,
    UPDATED,
    Job,
    JobRow,
)
from services.clients.jobs.operations.creating import create_job
from services.clients.jobs.operations.outcomes import Outcome, note_outcomes
from services.clients.jobs.queries import get_job, jobs_of_import, rows_of, versions_of
from services.clients.jobs.rules import DONE
from services.clients.notes.queries import count_notes
from services.clients.records.models.record import COLUMNS, Client
from services.clients.records.operations.change_sets import ChangeSet, carry_out
from services.clients.records.operations.codes import change_code
from services.clients.records.queries import clients as records
from services.clients.records.queries.clients import lock_client
from services.clients.records.rules.elements import KINDS
from services.clients.transfer.errors import NothingToUndo
from services.clients.transfer.models import (
    ALL_ROWS,
    CLIENTS,
    IMPORT,
    TIME,
    TIME_IMPORT,
    TIME_UNDO,
    UNDO,
    Import,
)
from services.clients.transfer.operations.earlier_states import unhexed
from services.clients.transfer.queries import before_of
from shared.errors import DomainError
from shared.unit_of_work import UnitOfWork
from shared.values.findings import Findings

_BATCH = 50
# What carries a file out, and what takes that back, by what the file is of.
_KINDS = {CLIENTS: (IMPORT, UNDO), TIME: (TIME_IMPORT, TIME_UNDO)}


class _Refused(Exception):
    """A row is left as it is: a stable code and a sentence."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def start_undo(uow: UnitOfWork, taken: Import, permissions: Collection[str]) -> Job:
    """Have the last run of an import taken back; raises `NothingToUndo`."""
    runs = standing_runs(uow, taken)
    if not runs:
        raise NothingToUndo
    run = runs[-1]
    _, take_back = _KINDS[taken.content]
    job = create_job(uow, take_back, {"job_id": str(run.id)}, permissions, taken.id)
    job.total = run.created + run.updated
    return job


def standing_runs(uow: UnitOfWork, taken: Import) -> list[Job]:
    """The runs of an import that were not taken back, the first first."""
    jobs = jobs_of_import(uow.session, taken.id)
    carry_out, take_back = _KINDS[taken.content]
    undone = {job.params["job_id"] for job in jobs if job.kind == take_back and job.state == DONE}
    return [job for job in jobs if job.kind == carry_out and str(job.id) not in undone]


def undo_piece(uow: UnitOfWork, job: Job) -> bool:
    """Take the next rows back, the last first; whether they were the first of the file."""
    run = get_job(uow.session, uuid.UUID(job.params["job_id"]))
    before = job.saved.get("row", ALL_ROWS)
    rows = rows_of(uow.session, run.id, (CREATED, UPDATED), before, _BATCH, backwards=True)
    by_id = sorted(rows, key=lambda row: str(row.client_id))
    versions = versions_of(uow.session, job.id, [row.client_id for row in rows])
    note_outcomes(uow, job, [_undone(uow, run, row, versions) for row in by_id])
    job.saved = {"row": rows[-1].row if rows else 0}
    return len(rows) < _BATCH


def _undone(
    uow: UnitOfWork, run: Job, row: JobRow, versions: dict[uuid.UUID | None, int]
) -> Outcome:
    """`versions`: how rows that were taken back left their clients; one may have had several."""
    try:
        with uow.attempt():
            outcome = _undo(uow, run, row, versions.get(row.client_id, row.version))
    except DomainError as error:
        return _left(row, error.code, error.detail or error.title)
    except _Refused as refused:
        return _left(row, refused.code, str(refused))
    if outcome.version is not None:
        versions[row.client_id] = outcome.version
    return outcome


def _left(row: JobRow, code: str, message: str) -> Outcome:
    errors = [{"field": "", "code": code, "message": message, "column": None}]
    return Outcome(row.row, ROW_FAILED, row.client_id, row.version, errors=errors)


def _undo(uow: UnitOfWork, run: Job, row: JobRow, version: int | None) -> Outcome:
    assert row.client_id is not None
    client = lock_client(uow, row.client_id)
    if client.version != version:
        raise _Refused("changed_since", "The client has been changed since the import.")
    if row.state == CREATED:
        _refuse_with_more(uow, client)
        delete_now(uow, client.id)
        return Outcome(row.row, DELETED, client.id)
    before = before_of(uow, run.id, row.row)
    if before is None:
        raise _Refused("not_kept", "How the client was before is not kept any more.")
    return Outcome(row.row, REVERTED, client.id, _revert(uow, client, before))


def _refuse_with_more(uow: UnitOfWork, client: Client) -> None:
    """What was added beside the record, which its version does not tell."""
    books = count_books(uow.session, client.id)
    if books.projects or books.invoices:
        raise _Refused("has_books", "The client has projects or invoices by now.")
    if count_notes(uow.session, client.id):
        raise _Refused("has_notes", "The client has notes by now.")


def _revert(uow: UnitOfWork, client: Client, before: Mapping[str, Any]) -> int:
    """What was there before was right then: it is put back as it was, without a check."""
    columns = {name: unhexed(value) for name, value in before.items() if name in COLUMNS}
    columns.pop("sort_name", None)
    if "client_code" in columns:
        change_code(uow, Findings(), client, columns["client_code"])
    change = ChangeSet(client, columns, records.get_children(uow.session, client.id))
    for kind in KINDS:
        if kind.name in before:
            change.replace(kind, before[kind.name])
    return carry_out(uow, change).version
