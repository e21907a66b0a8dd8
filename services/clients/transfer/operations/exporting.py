"""Writing the clients of a selection into pieces of rows, from which a file is streamed."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from services.clients.custom_fields.queries import definitions
from services.clients.jobs.models import WAITING, Job
from services.clients.jobs.operations.creating import create_job
from services.clients.jobs.operations.ending import fail_job
from services.clients.jobs.operations.outcomes import drop_rows
from services.clients.jobs.queries import rows_of
from services.clients.records.models.record import OWN_FIELD
from services.clients.records.queries import clients as records
from services.clients.records.schemas.views import present
from services.clients.transfer import events
from services.clients.transfer.models import EXPORT, FILES_KEPT, PIECE_ROWS
from services.clients.transfer.operations.pieces import add_rows, has_room, reserve_room
from services.clients.transfer.operations.selecting import select_clients
from services.clients.transfer.rules.cells import text_of
from services.clients.transfer.rules.mapping import export_columns, flat
from services.clients.transfer.rules.writing import parts_of
from shared.clock import now, rfc3339
from shared.errors import FieldError, Invalid
from shared.security.permissions import CLIENTS_VIEW_TAX_ID
from shared.unit_of_work import UnitOfWork


def start_export(uow: UnitOfWork, params: Mapping[str, Any], permissions: Collection[str]) -> Job:
    """Have the clients that the filters leave written into a file; the log tells of it.

    Raises `Invalid` for a column of a field that the workspace does not have, and `QuotaExceeded`.
    """
    _check_own(uow, params.get("columns") or ())
    reserve_room(uow)
    job = create_job(uow, EXPORT, params, permissions)
    uow.publish(events.export_requested(job))
    return job


def _check_own(uow: UnitOfWork, columns: Sequence[str]) -> None:
    keys = [path.removeprefix(OWN_FIELD) for path in columns if path.startswith(OWN_FIELD)]
    known = definitions(uow, keys) if keys else {}
    wrong = [key for key in keys if key not in known]
    if wrong:
        errors = [
            FieldError("columns", "unknown_path", f"No field {OWN_FIELD}{key}.") for key in wrong
        ]
        raise Invalid(errors=errors)


def export_piece(uow: UnitOfWork, job: Job) -> bool:
    """Write the next clients; whether they were the last."""
    if job.total is None:
        select_clients(uow, job, None, job.params["filters"])
        return False
    if not has_room(uow):
        fail_job(uow, job, "quota_exceeded", "There is no room for another file of an export.")
        return False
    waiting = rows_of(uow.session, job.id, (WAITING,), job.saved.get("row", 0), PIECE_ROWS)
    if waiting:
        _write(uow, job, [row.client_id for row in waiting])
        job.saved = {
            **job.saved,
            "row": waiting[-1].row,
            "pieces": job.saved.get("pieces", 0) + 1,
        }
        job.done += len(waiting)
    if len(waiting) == PIECE_ROWS:
        return False
    drop_rows(uow, job)
    job.result = {
        "file": f"/v1/exports/{job.id}/file",
        "expires_at": rfc3339(now() + FILES_KEPT),
        "clients": job.created,
    }
    return True


def _write(uow: UnitOfWork, job: Job, ids: Sequence[Any]) -> None:
    found = {record.id: record for record in records.get_clients(uow.session, ids)}
    clients = [present(found[each], uow.vault, job.permissions) for each in ids if each in found]
    rows = [_row(job, client) for client in clients]
    if job.params["format"] == "xlsx":
        _note_parts(job, rows)
    add_rows(uow, job.id, job.saved.get("pieces", 0), rows)
    job.created += len(clients)


def _row(job: Job, client: Mapping[str, Any]) -> Any:
    """A client as the file has it: whole in JSON, a line of cells elsewhere."""
    if job.params["format"] == "json":
        return client
    values = dict(flat(client))
    return [text_of(values.get(column)) for column in columns_of(job.params)]


def _note_parts(job: Job, rows: Sequence[Sequence[str]]) -> None:
    """Note into how many cells the longest text of each column has to be parted."""
    parts = dict(job.saved.get("parts", {}))
    for row in rows:
        for column, cell in zip(columns_of(job.params), row, strict=True):
            if (count := len(parts_of(cell))) > parts.get(column, 1):
                parts[column] = count
    job.saved = {**job.saved, "parts": parts}


def holds_tax_ids(job: Job) -> bool:
    """Whether full tax ids may stand in the file."""
    is_full = CLIENTS_VIEW_TAX_ID in job.permissions
    return is_full and (job.params["format"] == "json" or "tax_id" in columns_of(job.params))


def columns_of(params: Mapping[str, Any]) -> list[str]:
    """The columns of an export, all of them where none are named."""
    return list(params.get("columns") or export_columns())
