"""Writing pieces of files, and what became of rows."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson
from sqlalchemy import text

from services.clients.transfer.models import PIECE_CONTEXT, Job
from services.clients.transfer.operations.jobs import count_all
from services.clients.transfer.queries import sealed
from shared.unit_of_work import UnitOfWork

_ADD = text(
    """
    INSERT INTO transfer_pieces (owner_id, part, number, workspace_id, sealed)
    VALUES (:owner, :part, :number, :workspace, :sealed)
    """
)
_DROP = text("DELETE FROM transfer_pieces WHERE owner_id = :owner AND part = :part")
_NOTE = text(
    """
    INSERT INTO job_rows (job_id, row, workspace_id, state, client_id, version, code, errors)
    SELECT :job, r.row, :workspace, r.state, r.client_id, r.version, r.code, r.errors
    FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS r
        (row bigint, state text, client_id uuid, version bigint, code text, errors jsonb)
    ON CONFLICT (job_id, row) DO UPDATE SET state = excluded.state, client_id = excluded.client_id,
        version = excluded.version, errors = excluded.errors
    """
)
_NOTE_BEFORE = text(
    """
    INSERT INTO job_rows_before (job_id, row, workspace_id, client_id, sealed)
    VALUES (:job, :row, :workspace, :client_id, :sealed)
    """
)


@dataclass(slots=True)
class Outcome:
    """What became of a row; `before` is how the client was, for an undo."""

    row: int
    state: str
    client_id: uuid.UUID | None = None
    version: int | None = None
    code: str | None = None
    errors: list[dict[str, Any]] = field(default_factory=list)
    before: Mapping[str, Any] | None = None


_COUNTED = {
    "created": "created",
    "updated": "updated",
    "reverted": "updated",
    "deleted": "updated",
    "unchanged": "skipped",
    "skipped": "skipped",
    "failed": "failed",
}


def add_piece(uow: UnitOfWork, owner_id: uuid.UUID, part: str, number: int, piece: bytes) -> None:
    """Store a piece under its number."""
    uow.session.execute(
        _ADD,
        {
            "owner": owner_id,
            "part": part,
            "number": number,
            "workspace": uow.workspace_id,
            "sealed": sealed(uow.vault, piece),
        },
    )


def add_rows(uow: UnitOfWork, owner_id: uuid.UUID, number: int, rows: Sequence[Any]) -> None:
    """Store rows as a piece."""
    add_piece(uow, owner_id, "rows", number, orjson.dumps(rows))


def drop_pieces(uow: UnitOfWork, owner_id: uuid.UUID, part: str) -> None:
    """A part of a file is not needed any more."""
    uow.session.execute(_DROP, {"owner": owner_id, "part": part})


def note_outcomes(uow: UnitOfWork, job: Job, outcomes: Iterable[Outcome]) -> None:
    """Write down what became of rows, and count them."""
    told = list(outcomes)
    listed = [
        {
            "row": it.row,
            "state": it.state,
            "client_id": it.client_id,
            "version": it.version,
            "code": it.code,
            "errors": it.errors,
        }
        for it in told
    ]
    given = {"job": job.id, "workspace": uow.workspace_id, "rows": orjson.dumps(listed).decode()}
    uow.session.execute(_NOTE, given)
    changed = [_before_row(uow, job, it) for it in told if it.before is not None]
    if changed:
        uow.session.execute(_NOTE_BEFORE, changed)
    count_all(job, _counts(told))


def _before_row(uow: UnitOfWork, job: Job, outcome: Outcome) -> dict[str, Any]:
    clear = orjson.dumps(outcome.before, default=_hex)
    return {
        "job": job.id,
        "row": outcome.row,
        "workspace": uow.workspace_id,
        "client_id": outcome.client_id,
        "sealed": uow.vault.encrypt(clear, PIECE_CONTEXT),
    }


def _hex(value: Any) -> Any:
    if isinstance(value, bytes | memoryview):
        return {"hex": bytes(value).hex()}
    return str(value)


def unhexed(value: Any) -> Any:
    """A column's value as it was before it became JSON."""
    if isinstance(value, dict) and value.keys() == {"hex"}:
        return bytes.fromhex(value["hex"])
    return value


def _counts(outcomes: Sequence[Outcome]) -> dict[str, int]:
    counts = {"done": len(outcomes)}
    for outcome in outcomes:
        name = _COUNTED[outcome.state]
        counts[name] = counts.get(name, 0) + 1
    return counts
