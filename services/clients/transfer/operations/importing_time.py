"""Entering the time of a file piece by piece, or finding out what that would do."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from marshmallow import ValidationError

from services.clients.jobs.models import CREATED, ROW_FAILED, Job
from services.clients.jobs.operations.outcomes import Outcome, note_outcomes
from services.clients.time_entries.operations.entering_many import Entering, enter_many
from services.clients.time_entries.schemas import TimeEntryBody
from services.clients.transfer.models import TIME_PREVIEW
from services.clients.transfer.operations.notations import notation_of
from services.clients.transfer.queries import (
    ProjectMeant,
    find_rows,
    get_import,
    projects_meant,
    users_of_addresses,
)
from services.clients.transfer.rules.tables import Row
from services.clients.transfer.rules.time_mapping import (
    CLIENT_CODE,
    PROJECT,
    PROJECT_ID,
    TimeReading,
)
from services.clients.values.addresses import email_key
from shared.errors import FieldError
from shared.http.schemas import invalid_fields
from shared.unit_of_work import UnitOfWork

_BODY = TimeEntryBody()


@dataclass(slots=True)
class _Row:
    """A row on its way: what it says, and what is wrong with it."""

    number: int
    body: dict[str, Any]
    values: dict[str, Any] = field(default_factory=dict)
    wrong: list[FieldError] = field(default_factory=list)
    client_id: uuid.UUID | None = None
    entry_id: uuid.UUID | None = None


def import_time_piece(uow: UnitOfWork, job: Job) -> bool:
    """Enter the next piece of rows, right ones although others are wrong; whether it was the
    last. A preview enters nothing, and so does not know the hours of pieces before it."""
    assert job.import_id is not None
    number = job.saved.get("piece", 0)
    found = find_rows(uow, job.import_id, number)
    if found is None:
        return True
    taken = get_import(uow.session, job.import_id)
    columns = taken.columns
    reading = TimeReading(
        columns, job.params["mapping"], job.params["constants"], notation_of(taken, job.params)
    )
    rows = [_row(reading, Row(*each)) for each in found]
    _name_projects(uow, rows)
    _name_users(uow, rows)
    for row in rows:
        _read(row)
    _enter(uow, rows, only_try=job.kind == TIME_PREVIEW)
    note_outcomes(uow, job, [_outcome(reading, row) for row in rows])
    job.saved = {"piece": number + 1}
    return job.done >= (job.total or 0)


def _row(reading: TimeReading, row: Row) -> _Row:
    return _Row(row.number, reading.body_of(row.cells), wrong=reading.errors_of(row))


def _name_projects(uow: UnitOfWork, rows: Iterable[_Row]) -> None:
    """Put the id of the project in the place of its code or name."""
    unnamed = [row for row in rows if PROJECT_ID not in row.body]
    texts = {row.body[PROJECT] for row in unnamed if PROJECT in row.body}
    meant = projects_meant(uow.session, texts) if texts else {}
    for row in rows:
        code, project = row.body.pop(CLIENT_CODE, None), row.body.pop(PROJECT, None)
        if PROJECT_ID in row.body or project is None:
            continue
        found = _of_client(meant.get(project, ()), code)
        if len(found) == 1:
            row.body[PROJECT_ID] = str(found.pop())
        else:
            row.wrong.append(_unclear(len(found)))


def _of_client(meant: Iterable[ProjectMeant], code: str | None) -> set[uuid.UUID]:
    wanted = None if code is None else code.upper()
    return {each.id for each in meant if wanted in (None, each.client_code)}


def _unclear(found: int) -> FieldError:
    if found:
        message = f"{found} projects go by this; give the client's code as well."
        return FieldError(PROJECT, "ambiguous_project", message)
    return FieldError(PROJECT, "unknown_project", "No project has this code or name.")


def _name_users(uow: UnitOfWork, rows: Sequence[_Row]) -> None:
    """Put the id of a user in the place of their address."""
    typed = {row.body["person"] for row in rows if "@" in row.body.get("person", "")}
    users = users_of_addresses(uow.session, typed) if typed else {}
    for row in rows:
        user_id = users.get(email_key(row.body.get("person", "")))
        if user_id is not None:
            row.body["person"] = str(user_id)


def _read(row: _Row) -> None:
    try:
        row.values = _BODY.load(row.body)
    except ValidationError as error:
        named = {wrong.field for wrong in row.wrong}
        row.wrong += [
            wrong
            for wrong in invalid_fields(error)
            if not (wrong.field == PROJECT_ID and PROJECT in named)
        ]


def _enter(uow: UnitOfWork, rows: Iterable[_Row], *, only_try: bool) -> None:
    right = [row for row in rows if not row.wrong]
    entering = [Entering(row.values) for row in right]
    enter_many(uow, entering, only_try=only_try)
    for row, each in zip(right, entering, strict=True):
        row.wrong += each.wrong
        row.client_id, row.entry_id = each.client_id, each.entry_id


def _outcome(reading: TimeReading, row: _Row) -> Outcome:
    if row.wrong:
        return Outcome(row.number, ROW_FAILED, errors=list(_findings(reading, row)))
    return Outcome(row.number, CREATED, row.client_id, entry_id=row.entry_id)


def _findings(reading: TimeReading, row: _Row) -> Iterator[dict[str, Any]]:
    for wrong in row.wrong:
        column = reading.column_of(wrong.field)
        if column is None and wrong.field == PROJECT_ID:
            column = reading.column_of(PROJECT)
        yield {**wrong.as_dict(), "column": column}
