"""One change to many clients: each of them by the operation that changes one."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.clients.deletion.errors import PlanOutdated
from services.clients.deletion.operations.deleting import delete_now
from services.clients.jobs.models import (
    DELETED,
    ROW_FAILED,
    UNCHANGED,
    UPDATED,
    WAITING,
    Job,
    JobRow,
)
from services.clients.jobs.operations.creating import create_job
from services.clients.jobs.operations.outcomes import Outcome, note_outcomes
from services.clients.jobs.queries import rows_of
from services.clients.records.models.record import Client
from services.clients.records.operations.updating import change_status, update_client
from services.clients.records.queries.clients import lock_client
from services.clients.records.queries.codes import free_codes
from services.clients.records.rules.tags import without
from services.clients.records.schemas.bodies import ClientChanges
from services.clients.transfer.models import BULK
from services.clients.transfer.operations.selecting import count_clients, select_clients
from services.clients.values.confirmations import expiry, opened, sealed
from shared.clock import rfc3339
from shared.errors import DomainError, Invalid
from shared.unit_of_work import UnitOfWork

DELETE = "delete"
GIVE_CODE = "give_code"
# A change of one client takes a few milliseconds: fewer in a transaction than rows of a file.
_BATCH = 50
_CHANGES = ClientChanges()


@dataclass(frozen=True, slots=True)
class BulkPlan:
    """How many clients a change would touch, and the note that confirms it."""

    count: int
    confirm: str
    expires_at: datetime

    def as_dict(self) -> dict[str, Any]:
        """As callers see it."""
        return {
            "count": self.count,
            "confirm": self.confirm,
            "expires_at": rfc3339(self.expires_at),
        }


def plan_bulk(uow: UnitOfWork, params: Mapping[str, Any]) -> BulkPlan:
    """How many clients it would touch now."""
    bound = _bound(uow, params)
    expires_at = expiry()
    return BulkPlan(bound["count"], sealed(uow.vault, expires_at, bound), expires_at)


def start_bulk(
    uow: UnitOfWork,
    params: Mapping[str, Any],
    confirm: str | None,
    permissions: Collection[str],
) -> Job:
    """Have the change made to every client of the selection.

    A deletion wants the `confirm` of its plan: raises `NotConfirmed`, or `PlanOutdated` where
    the selection has another number of clients by now.
    """
    if params["action"] == DELETE and opened(uow.vault, confirm, _bound(uow, params)) is None:
        plan = plan_bulk(uow, params).as_dict()
        raise PlanOutdated("It would delete more or fewer clients by now.", plan=plan)
    job = create_job(uow, BULK, params, permissions)
    select_clients(uow, job, params.get("ids"), params.get("filter") or {})
    return job


def _bound(uow: UnitOfWork, params: Mapping[str, Any]) -> dict[str, Any]:
    ids = params.get("ids")
    named = None if ids is None else [uuid.UUID(each) for each in ids]
    filters = params.get("filter") or {}
    return {
        "action": params["action"],
        "ids": ids,
        "filter": filters,
        "count": count_clients(uow, named, filters),
    }


def change_piece(uow: UnitOfWork, job: Job) -> bool:
    """Change the next clients; whether they were the last."""
    waiting = rows_of(uow.session, job.id, (WAITING,), job.saved.get("row", 0), _BATCH)
    # In the order of their ids, as everyone who locks several clients does.
    by_id = sorted(waiting, key=lambda row: str(row.client_id))
    note_outcomes(uow, job, [_changed(uow, job, row) for row in by_id])
    job.saved = {"row": waiting[-1].row if waiting else 0}
    return len(waiting) < _BATCH


def _changed(uow: UnitOfWork, job: Job, row: JobRow) -> Outcome:
    assert row.client_id is not None
    act = _ACTIONS[job.params["action"]]
    try:
        with uow.attempt():
            client = lock_client(uow, row.client_id)
            version = act(uow, client, job.params)
    except DomainError as error:
        return Outcome(row.row, ROW_FAILED, row.client_id, errors=error.as_fields())
    if version is None:
        return Outcome(row.row, DELETED, row.client_id)
    state = UPDATED if version != client.version else UNCHANGED
    return Outcome(row.row, state, row.client_id, version)


Act = Callable[[UnitOfWork, Client, Mapping[str, Any]], int | None]


def _set_status(uow: UnitOfWork, client: Client, params: Mapping[str, Any]) -> int | None:
    values = {"status": params["value"], "reason": params.get("reason")}
    return change_status(uow, client.id, values, None).version


def _setting(field: str) -> Act:
    def act(uow: UnitOfWork, client: Client, params: Mapping[str, Any]) -> int | None:
        return _update(uow, client, {field: params["value"]})

    return act


def _add_tags(uow: UnitOfWork, client: Client, params: Mapping[str, Any]) -> int | None:
    return _update(uow, client, {"tags": [*client.tags, *params["value"]]})


def _remove_tags(uow: UnitOfWork, client: Client, params: Mapping[str, Any]) -> int | None:
    return _update(uow, client, {"tags": without(client.tags, params["value"])})


def _give_code(uow: UnitOfWork, client: Client, params: Mapping[str, Any]) -> int | None:
    if client.client_code is not None:
        return client.version
    free = free_codes(uow.session, client.company_name, 1)
    if not free:
        raise Invalid.at("client_code", "none_free", "No code is free any more.")
    return _update(uow, client, {"client_code": free[0]})


def _update(uow: UnitOfWork, client: Client, values: Mapping[str, Any]) -> int | None:
    body = _CHANGES.load(values)
    return update_client(uow, client.id, body.values, None, body.findings).version


def _delete(uow: UnitOfWork, client: Client, params: Mapping[str, Any]) -> int | None:
    delete_now(uow, client.id)
    return None


_ACTIONS: dict[str, Act] = {
    "set_status": _set_status,
    "set_industry": _setting("industry"),
    "set_owner": _setting("owner_id"),
    GIVE_CODE: _give_code,
    "add_tags": _add_tags,
    "remove_tags": _remove_tags,
    DELETE: _delete,
}
ACTIONS = tuple(_ACTIONS)
