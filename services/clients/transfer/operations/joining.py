"""Several rows of one client: the first makes or changes it, the others add their contacts."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.clients.jobs.models import (
    ROW_FAILED,
    SKIPPED,
    UNCHANGED,
    UPDATED,
    Job,
    JobRow,
)
from services.clients.records.models.record import Record
from services.clients.records.queries import clients as records
from services.clients.records.schemas.bodies import ClientChanges
from services.clients.transfer.models import CONTACTS
from services.clients.transfer.operations.earlier_states import RowOutcome
from services.clients.transfer.operations.lines import Line
from services.clients.transfer.operations.row_keys import Key, keys_seen, note_keys
from services.clients.transfer.rules.mapping import CODE
from services.clients.values.addresses import email_key
from shared.errors import FieldError
from shared.unit_of_work import UnitOfWork
from shared.values.folding import caseless

_CHANGE = ClientChanges()
# What says which client a row is of, and what is taken from a row that follows.
_TAKEN = frozenset({"company_name", CODE, "primary_contact", "contacts"})

Update = Callable[[Line, Mapping[uuid.UUID, Record]], RowOutcome]


@dataclass(frozen=True, slots=True)
class Follower:
    """A row of a client that a row before it has spoken of, and that row's number."""

    line: Line
    first: int


def parted(uow: UnitOfWork, job: Job, lines: Sequence[Line]) -> tuple[list[Line], list[Follower]]:
    """The first row of each client, and those that follow where the job joins them."""
    if job.params.get("rows_of_one_client") != CONTACTS:
        return list(lines), []
    keys = {line.row: _key(line) for line in lines}
    seen = keys_seen(uow, job, {key for key in keys.values() if key})
    fresh: dict[Key, int] = {}
    firsts, followers = [], []
    for line in lines:
        key = keys[line.row]
        first = None if key is None else seen.get(key, fresh.get(key))
        if first is None:
            firsts.append(line)
            fresh |= {} if key is None else {key: line.row}
        else:
            followers.append(Follower(line, first))
    note_keys(uow, job, fresh)
    return firsts, followers


def _key(line: Line) -> Key | None:
    """A row that names its client by its id is a change of its own."""
    name = line.body.get("company_name")
    if line.client_id is not None or not (line.code or name):
        return None
    return ("of_code", line.code) if line.code else ("of_name", caseless(str(name).strip()))


def join(
    uow: UnitOfWork,
    job: Job,
    followers: Sequence[Follower],
    outcomes: Sequence[RowOutcome],
    update: Update,
) -> Iterator[RowOutcome]:
    """Add the contacts of the rows that follow, one row after the other."""
    known: dict[int, RowOutcome | JobRow] = {outcome.row: outcome for outcome in outcomes}
    for each in followers:
        first = known.get(each.first) or uow.session.get_one(JobRow, (job.id, each.first))
        yield _joined(uow, each, first, update)


def _joined(
    uow: UnitOfWork, each: Follower, first: RowOutcome | JobRow, update: Update
) -> RowOutcome:
    line = each.line
    if first.state in (ROW_FAILED, SKIPPED) or line.findings.errors:
        return _left(each, first.state)
    if first.client_id is None:
        return _tried(line)
    record = records.get_clients(uow.session, [first.client_id])[0]
    contacts = _contacts(line.body, record)
    added = Line(
        line.row, {"contacts": contacts} if contacts else {}, None, record.id, line.findings
    )
    outcome = update(added, {record.id: record})
    outcome.warnings += [_not_taken(path) for path in _ignored(line.body)]
    return outcome


def _left(each: Follower, state: str) -> RowOutcome:
    if each.line.findings.errors:
        wrong = [error.as_dict() for error in each.line.findings.errors]
        return RowOutcome(each.line.row, ROW_FAILED, errors=wrong)
    message = f"Row {each.first}, the first of this client, came to nothing."
    return RowOutcome(each.line.row, state, errors=[FieldError("", "first_row", message).as_dict()])


def _tried(line: Line) -> RowOutcome:
    """A preview has made no client: the contact alone is looked at."""
    contacts = _contacts(line.body, None)
    found = _CHANGE.load({"contacts": contacts}).findings if contacts else line.findings
    wrong = [error.as_dict() for error in found.errors]
    warnings = [_not_taken(path) for path in _ignored(line.body)]
    state = ROW_FAILED if wrong else UPDATED if contacts else UNCHANGED
    return RowOutcome(line.row, state, errors=wrong, warnings=warnings)


def _contacts(body: Mapping[str, Any], record: Record | None) -> list[Any]:
    """The contacts that a row speaks of, but for the client's main contact."""
    own = body.get("primary_contact")
    listed = body.get("contacts")
    found = [*([own] if own else []), *(listed if isinstance(listed, list) else [])]
    main = record and email_key(record.client.contact_email)
    return [each for each in found if main is None or email_key(each.get("email") or "") != main]


def _ignored(body: Mapping[str, Any]) -> Iterator[str]:
    for path, value in body.items():
        if path in _TAKEN or value is None:
            continue
        yield from (f"{path}.{key}" for key in value) if isinstance(value, dict) else (path,)


def _not_taken(path: str) -> dict[str, Any]:
    message = "Of this row the contact is taken; the rest is that of the client's first row."
    return FieldError(path, "not_taken", message).as_dict()
