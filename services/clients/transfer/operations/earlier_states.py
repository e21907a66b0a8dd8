"""How clients were before an import changed them, for its undo."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import text

from services.clients.jobs.models import Job
from services.clients.jobs.operations.outcomes import Outcome
from services.clients.transfer.models import PIECE_CONTEXT
from shared.unit_of_work import UnitOfWork

_KEEP = text(
    """
    INSERT INTO job_rows_before (job_id, row, workspace_id, client_id, sealed)
    VALUES (:job, :row, :workspace, :client_id, :sealed)
    """
)


@dataclass(slots=True)
class RowOutcome(Outcome):
    """What became of a row of an import: the code it was taken by, and how its client was."""

    code: str | None = None
    before: Mapping[str, Any] | None = None


def keep_earlier_states(uow: UnitOfWork, job: Job, outcomes: list[RowOutcome]) -> None:
    """Keep, sealed, how the clients were that these rows changed."""
    changed = [_row(uow, job, outcome) for outcome in outcomes if outcome.before is not None]
    if changed:
        uow.session.execute(_KEEP, changed)


def _row(uow: UnitOfWork, job: Job, outcome: RowOutcome) -> dict[str, Any]:
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
