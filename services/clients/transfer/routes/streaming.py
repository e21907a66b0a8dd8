"""Files as answers, piece by piece: none is ever whole in memory."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from flask import Response

from services.clients.jobs.models import ROW_FAILED, Job
from services.clients.jobs.queries import jobs_of_import, rows_of
from services.clients.jobs.rules import DONE
from services.clients.transfer import queries
from services.clients.transfer.errors import FileGone, FileNotReady, NothingRejected
from services.clients.transfer.models import (
    FILES_KEPT,
    IMPORT,
    PREVIEW,
    TIME_IMPORT,
    TIME_PREVIEW,
    Import,
)
from services.clients.transfer.operations.exporting import columns_of
from services.clients.transfer.rules.tables import Row
from services.clients.transfer.rules.writing import (
    CONTENT_TYPES,
    write_csv,
    write_json,
    write_workbook,
)
from shared.clock import now
from shared.http.edge import runtime
from shared.http.identity import current_identity, origin_of
from shared.unit_of_work import UnitOfWork

_ERRORS = "errors"
_RUNS = frozenset({IMPORT, PREVIEW, TIME_IMPORT, TIME_PREVIEW})

Begin = Callable[[], UnitOfWork]


def stream_export(job: Job) -> Response:
    """The file of an export; raises `FileNotReady`, `FileGone`."""
    if job.state != DONE or job.finished_at is None:
        raise FileNotReady(f"The export is {job.state}.", state=job.state)
    if now() > job.finished_at + FILES_KEPT:
        raise FileGone
    kind: str = job.params["format"]
    columns = columns_of(job.params)
    pieces = _pieces(_begin(), job.id)
    body = {
        "csv": lambda: write_csv(columns, pieces),
        "xlsx": lambda: write_workbook(columns, pieces, job.saved.get("parts", {})),
        "json": lambda: write_json(pieces),
    }[kind]()
    return _file(body, kind, f"clients-{job.created_at:%Y-%m-%d}.{kind}")


def stream_rejected(uow: UnitOfWork, taken: Import) -> Response:
    """The refused rows of the last run of an import; raises `NothingRejected`."""
    runs = [job for job in jobs_of_import(uow.session, taken.id) if job.kind in _RUNS]
    if not runs or not runs[-1].failed:
        raise NothingRejected
    if queries.find_rows(uow, taken.id, 0) is None:
        raise FileGone
    body = write_csv([*taken.columns, _ERRORS], _rejected(_begin(), taken.id, runs[-1].id))
    return _file(body, "csv", "rejected.csv")


def _begin() -> Begin:
    """Transactions of their own: the one of the request is over when the answer is sent."""
    process, origin = runtime(), origin_of(current_identity())
    return lambda: process.unit_of_work(origin)


def _pieces(begin: Begin, owner_id: uuid.UUID) -> Iterator[list[Any]]:
    number = 0
    while True:
        with begin() as uow:
            rows = queries.find_rows(uow, owner_id, number)
        if rows is None:
            return
        yield rows
        number += 1


def _rejected(begin: Begin, import_id: uuid.UUID, job_id: uuid.UUID) -> Iterator[list[Any]]:
    for rows in _pieces(begin, import_id):
        if not rows:
            continue
        with begin() as uow:
            after = rows[0][0] - 1
            found = rows_of(uow.session, job_id, (ROW_FAILED,), after, len(rows))
        wrong = {row.row: row.errors for row in found}
        taken = [Row(*row) for row in rows]
        yield [[*row.cells, _sentence(wrong[row.number])] for row in taken if row.number in wrong]


def _sentence(errors: Iterable[Mapping[str, Any]]) -> str:
    return "; ".join(
        f"{error.get('column') or error['field'] or 'row'}: {error['message']}" for error in errors
    )


def _file(body: Iterator[bytes], kind: str, name: str) -> Response:
    response = Response(body, mimetype=CONTENT_TYPES[kind].partition(";")[0])
    response.headers["Content-Type"] = CONTENT_TYPES[kind]
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
