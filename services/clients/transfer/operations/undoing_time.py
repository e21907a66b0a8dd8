"""Taking an import of time back: the entries it made go, but for those changed or billed since."""

from __future__ import annotations

import uuid
from collections.abc import Mapping

from services.clients.jobs.models import CREATED, DELETED, ROW_FAILED, Job, JobRow
from services.clients.jobs.operations.outcomes import Outcome, note_outcomes
from services.clients.jobs.queries import rows_of
from services.clients.time_entries.operations.removing_many import remove_many
from services.clients.transfer.models import ALL_ROWS, PIECE_ROWS
from shared.errors import FieldError
from shared.unit_of_work import UnitOfWork

_NOT_KEPT = FieldError("", "not_kept", "Which entry this row made is not known.")


def undo_time_piece(uow: UnitOfWork, job: Job) -> bool:
    """Take the next entries back, the last first; whether they were the first of the file."""
    run_id, before = uuid.UUID(job.params["job_id"]), job.saved.get("row", ALL_ROWS)
    rows = rows_of(uow.session, run_id, (CREATED,), before, PIECE_ROWS, backwards=True)
    left = remove_many(uow, {row.entry_id for row in rows if row.entry_id is not None})
    note_outcomes(uow, job, [_outcome(row, left) for row in rows])
    job.saved = {"row": rows[-1].row if rows else 0}
    return len(rows) < PIECE_ROWS


def _outcome(row: JobRow, left: Mapping[uuid.UUID, FieldError]) -> Outcome:
    """A row of an import from before rows named their entries says that they are not known."""
    wrong = left.get(row.entry_id) if row.entry_id else _NOT_KEPT
    if wrong is None:
        return Outcome(row.row, DELETED, row.client_id)
    errors = [{**wrong.as_dict(), "column": None}]
    return Outcome(row.row, ROW_FAILED, row.client_id, errors=errors)
