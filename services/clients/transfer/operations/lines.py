"""Rows of clients on their way, and which client each of them means."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text

from services.clients.custom_fields.queries import definitions
from services.clients.jobs.models import Job
from services.clients.transfer.models import Import
from services.clients.transfer.operations.notations import notation_of
from services.clients.transfer.operations.row_keys import Key, keys_seen
from services.clients.transfer.queries import holders_of
from services.clients.transfer.rules.mapping import CODE, Reading
from services.clients.transfer.rules.tables import Row
from shared.errors import FieldError
from shared.unit_of_work import UnitOfWork
from shared.values.findings import Findings

# In the order of their ids, as everyone who locks several clients does.
_LOCK = text("SELECT id FROM clients WHERE id = ANY(CAST(:ids AS uuid[])) ORDER BY id FOR UPDATE")


@dataclass(slots=True)
class Line:
    """A row on its way: what it says, which client it means, what is wrong with it."""

    row: int
    body: dict[str, Any]
    code: str | None
    client_id: uuid.UUID | None
    findings: Findings


def reading_of(uow: UnitOfWork, taken: Import, params: Mapping[str, Any]) -> Reading:
    """How a job reads rows."""
    return Reading(
        taken.columns,
        params["mapping"],
        params["constants"],
        params["empty_cells"] == "clear",
        notation_of(taken, params),
        {key: each.type for key, each in definitions(uow).items()},
    )


def line_of(reading: Reading, row: Row) -> Line:
    """What a row says, with what is wrong with it as it stands in the file."""
    typed = reading.body_of(row.cells)
    findings = Findings(reading.errors_of(row))
    client_id = _uuid(typed.id, findings) if typed.id else None
    code = typed.body.get(CODE)
    return Line(row.number, typed.body, code.upper() if code else None, client_id, findings)


def find_clients(uow: UnitOfWork, job: Job, lines: Sequence[Line]) -> None:
    """Note whom each row means, by its id, else by its code where that is asked for, and lock
    them."""
    codes = {line.code for line in lines if line.code}
    seen = keys_seen(uow, job, [code_key(code) for code in codes])
    holders = holders_of(uow.session, codes)
    for line in lines:
        if line.code is None:
            continue
        first = seen.setdefault(code_key(line.code), line.row)
        if first != line.row:
            message = f"Row {first} of this file has this code as well."
            line.findings.errors.append(FieldError(CODE, "duplicate_in_file", message))
        if line.client_id is None and job.params["update_by_code"] and not line.findings.errors:
            line.client_id = holders.get(line.code)
    _lock(uow, lines)


def code_key(code: str) -> Key:
    """By what rows of one code are known to one another."""
    return CODE, code


def _uuid(typed: str, findings: Findings) -> uuid.UUID | None:
    try:
        return uuid.UUID(typed)
    except ValueError:
        findings.errors.append(FieldError("id", "invalid_id", "This is no client's id."))
        return None


def _lock(uow: UnitOfWork, lines: Sequence[Line]) -> None:
    wanted = [line.client_id for line in lines if line.client_id]
    if wanted:
        uow.session.execute(_LOCK, {"ids": wanted})
