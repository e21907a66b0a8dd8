"""Carrying out an import piece by piece, or finding out what that would do.

The rules are those of a single create and a single update: the same functions apply them.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

from services.clients.jobs.models import CREATED, ROW_FAILED, SKIPPED, UNCHANGED, UPDATED, Job
from services.clients.jobs.operations.outcomes import note_outcomes
from services.clients.records.errors import ClientNotFound
from services.clients.records.models.record import COLUMNS, Record
from services.clients.records.operations.creating_many import create_clients, prepare_many
from services.clients.records.operations.updating import update_client
from services.clients.records.queries import clients as records
from services.clients.records.schemas.bodies import ClientBody, ClientChanges
from services.clients.transfer.models import PREVIEW, SKIP
from services.clients.transfer.operations import joining
from services.clients.transfer.operations.duplicates import find_duplicates
from services.clients.transfer.operations.earlier_states import RowOutcome, keep_earlier_states
from services.clients.transfer.operations.elements import matched_elements
from services.clients.transfer.operations.lines import (
    Line,
    code_key,
    find_clients,
    line_of,
    reading_of,
)
from services.clients.transfer.operations.row_keys import note_keys
from services.clients.transfer.queries import find_rows, get_import, holders_of
from services.clients.transfer.rules.mapping import CODE, Reading
from services.clients.transfer.rules.tables import Row
from services.clients.values.tax_ids import is_masked
from shared.errors import DomainError, FieldError
from shared.security.permissions import CLIENTS_VIEW_TAX_ID
from shared.unit_of_work import UnitOfWork
from shared.values.findings import Body

_CREATE, _CHANGE = ClientBody(), ClientChanges()


class _TriedOut(Exception):
    """A preview has seen enough: what it did is taken back."""


class _Right(NamedTuple):
    """A row with which nothing is wrong, and the client that it is to become."""

    line: Line
    record: Record
    warnings: Sequence[FieldError]

    def outcome(self, *, is_made: bool = True) -> RowOutcome:
        """That it was made, or would be."""
        return RowOutcome(
            self.line.row,
            CREATED,
            self.record.id if is_made else None,
            self.record.version if is_made else None,
            warnings=[warning.as_dict() for warning in self.warnings],
            code=self.line.code,
        )


def import_piece(uow: UnitOfWork, job: Job) -> bool:
    """Carry out the next piece of rows; whether it was the last."""
    assert job.import_id is not None
    number = job.saved.get("piece", 0)
    rows = find_rows(uow, job.import_id, number)
    if rows is None:
        return True
    reading = reading_of(uow, get_import(uow.session, job.import_id), job.params)
    lines, followers = joining.parted(uow, job, [line_of(reading, Row(*row)) for row in rows])
    find_clients(uow, job, lines)
    outcomes = [*_update_all(uow, job, lines), *_create_all(uow, job, lines)]
    outcomes += joining.join(uow, job, followers, outcomes, partial(_update, uow, job))
    for outcome in outcomes:
        _name_columns(reading, outcome)
    _note(uow, job, sorted(outcomes, key=lambda outcome: outcome.row))
    job.saved = {"piece": number + 1}
    return job.done >= (job.total or 0)


def _note(uow: UnitOfWork, job: Job, outcomes: list[RowOutcome]) -> None:
    note_outcomes(uow, job, outcomes)
    keep_earlier_states(uow, job, outcomes)
    note_keys(uow, job, {code_key(it.code): it.row for it in outcomes if it.code})


def _update_all(uow: UnitOfWork, job: Job, lines: Sequence[Line]) -> list[RowOutcome]:
    meant = [line for line in lines if line.client_id and not line.findings.errors]
    ids = [line.client_id for line in meant if line.client_id]
    before = {it.id: it for it in records.get_clients(uow.session, ids)} if ids else {}
    return [_update(uow, job, line, before) for line in meant]


def _update(uow: UnitOfWork, job: Job, line: Line, known: Mapping[uuid.UUID, Record]) -> RowOutcome:
    assert line.client_id is not None
    record = known.get(line.client_id)
    if record is None:
        wrong = FieldError("id", ClientNotFound.code, ClientNotFound.title)
        return _failed(line, [wrong.as_dict()])
    before = _state(record)
    body = _CHANGE.load(matched_elements(line.body, record))
    after: Record | None = None
    try:
        with uow.attempt():
            after = update_client(uow, line.client_id, body.values, None, body.findings)
            changed = after.version != before["version"] or _is_guess(job, body.values)
            if job.kind == PREVIEW:
                raise _TriedOut
    except _TriedOut:
        after = None
    except DomainError as error:
        return _failed(line, error.as_fields())
    return RowOutcome(
        line.row,
        UPDATED if changed else UNCHANGED,
        line.client_id,
        None if after is None else after.version,
        warnings=[warning.as_dict() for warning in body.findings.warnings],
        code=line.code,
        before=_diff(before, after) if after is not None and changed else None,
    )


def _is_guess(job: Job, values: Mapping[str, Any]) -> bool:
    """Whether a row names a tax number that whoever tries it out may not view.

    A preview would find the number in a file of all that it can be, if it told which is the same.
    """
    number = values.get("tax_id") or ""
    may_not = CLIENTS_VIEW_TAX_ID not in job.permissions
    return job.kind == PREVIEW and may_not and number != "" and not is_masked(number)


def _state(record: Record) -> dict[str, Any]:
    columns = {name: getattr(record.client, name) for name in COLUMNS}
    return {**columns, "contacts": list(record.contacts), "rates": list(record.rates)}


def _diff(before: Mapping[str, Any], after: Record) -> dict[str, Any]:
    """How what was changed was before: columns and lists by their names."""
    kept = ("version", "updated_at")
    now = _state(after)
    return {name: old for name, old in before.items() if name not in kept and now[name] != old}


def _create_all(uow: UnitOfWork, job: Job, lines: Sequence[Line]) -> Iterator[RowOutcome]:
    new = [line for line in lines if not line.client_id or line.findings.errors]
    bodies = [_body(line) for line in new]
    prepared = prepare_many(uow, [(body.values, body.findings) for body in bodies])
    _note_taken(uow, new, bodies)
    right: list[_Right] = []
    for line, body, record in zip(new, bodies, prepared, strict=True):
        if body.findings.errors:
            yield _failed(line, [wrong.as_dict() for wrong in body.findings.errors])
        else:
            right.append(_Right(line, record, body.findings.warnings))
    alike = find_duplicates(uow, job, [(each.line.row, each.record) for each in right])
    state = SKIPPED if job.params["on_duplicate"] == SKIP else ROW_FAILED
    for row, errors in alike.items():
        yield RowOutcome(row, state, errors=[error.as_dict() for error in errors])
    yield from _make(uow, job, [each for each in right if each.line.row not in alike])


def _body(line: Line) -> Body:
    elements = {
        name: [_without_id(each) for each in line.body[name]]
        for name in ("contacts", "rates")
        if isinstance(line.body.get(name), list)
    }
    body = _CREATE.load({**line.body, **elements})
    named = {error.field for error in line.findings.errors}
    others = [error for error in body.findings.errors if error.field not in named]
    body.findings.errors[:] = [*line.findings.errors, *others]
    return body


def _without_id(element: Any) -> Any:
    """An element of another client, or of another workspace, is a new one here."""
    if not isinstance(element, dict):
        return element
    return {name: value for name, value in element.items() if name != "id"}


def _note_taken(uow: UnitOfWork, lines: Sequence[Line], bodies: Sequence[Body]) -> None:
    codes = {line.code for line in lines if line.code}
    holders = holders_of(uow.session, codes) if codes else {}
    for line, body in zip(lines, bodies, strict=True):
        if line.code in holders and not body.findings.errors:
            wrong = FieldError(CODE, "taken", "Another client has or had this code.")
            body.findings.errors.append(wrong)


def _make(uow: UnitOfWork, job: Job, right: Sequence[_Right]) -> Iterator[RowOutcome]:
    if job.kind == PREVIEW:
        yield from (each.outcome(is_made=False) for each in right)
        return
    try:
        with uow.attempt():
            made = create_clients(uow, [each.record for each in right])
    except DomainError:
        yield from (_make_one(uow, each) for each in right)
        return
    for each in right:
        yield each.outcome() if each.record.id in made else _taken(each.line)


def _make_one(uow: UnitOfWork, each: _Right) -> RowOutcome:
    """One by one, where all together could not be made, to find those that stand against it."""
    try:
        with uow.attempt():
            made = create_clients(uow, [each.record])
    except DomainError as error:
        return _failed(each.line, error.as_fields())
    return each.outcome() if made else _taken(each.line)


def _taken(line: Line) -> RowOutcome:
    wrong = FieldError(CODE, "taken", "Another client has this code by now.")
    return _failed(line, [wrong.as_dict()])


def _failed(line: Line, errors: list[dict[str, Any]]) -> RowOutcome:
    return RowOutcome(line.row, ROW_FAILED, line.client_id, errors=errors)


def _name_columns(reading: Reading, outcome: RowOutcome) -> None:
    for error in (*outcome.errors, *outcome.warnings):
        error["column"] = reading.column_of(error["field"])
