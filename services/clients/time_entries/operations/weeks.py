"""Writing one person's week at once."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from services.clients.projects.models import Project
from services.clients.time_entries import events
from services.clients.time_entries.errors import StaleWeek, TimeEntryBilled, TimeEntryInvalid
from services.clients.time_entries.models import TimeEntry, TimeWeek
from services.clients.time_entries.operations.entering import (
    Person,
    change,
    new_entry,
    person_meant,
    wrong_project,
)
from services.clients.time_entries.operations.locking import (
    LockedProject,
    PersonsWeek,
    lock_projects,
    lock_weeks,
)
from services.clients.time_entries.operations.settling import settle, too_many_hours
from services.clients.time_entries.queries.entries import entries_of_week
from services.clients.time_entries.rules.weeks import Week
from shared.clock import now
from shared.errors import FieldError, require_version
from shared.messaging.changes import Change, changes_between
from shared.messaging.envelope import Event
from shared.unit_of_work import UnitOfWork
from shared.values.findings import Wrong

Row = Mapping[str, Any]


@dataclass(slots=True)
class _Rewriting:
    """A week while it is written: what was there, and what was found wrong with the rows."""

    uow: UnitOfWork
    week: Week
    person: Person
    projects: Mapping[uuid.UUID, LockedProject]
    present: Mapping[uuid.UUID, TimeEntry]
    wrong: list[FieldError] = field(default_factory=list)
    billed: list[FieldError] = field(default_factory=list)


def replace_week(
    uow: UnitOfWork, week: Week, typed: str, rows: Sequence[Row], expected_version: int | None
) -> TimeWeek:
    """Make the rows the person's whole week: those with the `id` of an entry change it, others
    are new, and entries that are in no row are taken back. What is billed stays, in a row or not.

    Raises `StaleWeek`; `TimeEntryInvalid` naming every wrong field of every row;
    `TimeEntryBilled` naming the rows that would change what is billed. Then nothing is written.
    """
    person = _person(uow, typed)
    place = (person.key, week)
    projects = _lock_projects_of(uow, place, rows)
    weeks = lock_weeks(uow, [place])
    held = weeks[place]
    require_version(expected_version, held.version, StaleWeek)
    present = {entry.id: entry for entry in entries_of_week(uow.session, *place)}
    if any(entry.project_id not in projects for entry in present.values()):
        raise StaleWeek(held.version)
    state = _Rewriting(uow, week, person, projects, present)
    _check(state, rows)
    changed = _carry_out(state, rows)
    if changed:
        _settle(uow, weeks, rows)
        for entry, participle, changes in changed:
            uow.publish(_event(entry, participle, projects[entry.project_id].project, changes))
    return held


def _person(uow: UnitOfWork, typed: str) -> Person:
    try:
        return person_meant(uow, typed)
    except Wrong as wrong:
        raise TimeEntryInvalid(errors=[wrong.at("person")]) from wrong


def _lock_projects_of(
    uow: UnitOfWork, place: PersonsWeek, rows: Sequence[Row]
) -> Mapping[uuid.UUID, LockedProject]:
    """The projects of the rows and of what is there; whoever adds others until the week is
    locked has changed it, which its version tells."""
    present = entries_of_week(uow.session, *place)
    return lock_projects(
        uow, {row["project_id"] for row in rows} | {entry.project_id for entry in present}
    )


def _check(state: _Rewriting, rows: Sequence[Row]) -> None:
    seen: set[uuid.UUID] = set()
    for index, row in enumerate(rows):
        path = f"entries[{index}]"
        entry = state.present.get(row["id"]) if row.get("id") else None
        state.wrong += _wrong(state, row, entry, path, seen)
        if entry is not None and entry.invoice_id is not None and _differs(entry, row):
            message = "It is on an invoice, and stays as it is."
            state.billed.append(FieldError(path, "billed", message))
    if state.wrong:
        raise TimeEntryInvalid(errors=state.wrong)
    if state.billed:
        raise TimeEntryBilled("Billed time stays as it is.", errors=state.billed)


def _wrong(
    state: _Rewriting, row: Row, entry: TimeEntry | None, path: str, seen: set[uuid.UUID]
) -> Iterator[FieldError]:
    row_id = row.get("id")
    if row_id is not None and (entry is None or row_id in seen):
        message = "Not an entry of this week, or named twice; leave `id` out of new rows."
        yield FieldError(f"{path}.id", "unknown_entry", message)
    if row_id is not None:
        seen.add(row_id)
    if row["date"] not in state.week:
        message = f"Must be from {state.week.monday} to {state.week.sunday}."
        yield FieldError(f"{path}.date", "outside_week", message)
    if entry is None or _differs(entry, row):
        locked = state.projects.get(row["project_id"])
        yield from wrong_project(locked, f"{path}.project_id")
        if entry is not None and locked is not None and locked.client.id != entry.client_id:
            message = "It is another client's; leave `id` out to enter it anew."
            yield FieldError(f"{path}.project_id", "other_client", message)


def _differs(entry: TimeEntry, row: Row) -> bool:
    return any(getattr(entry, name) != value for name, value in row.items() if name != "id")


def _carry_out(state: _Rewriting, rows: Sequence[Row]) -> list[tuple[TimeEntry, str, list[Change]]]:
    kept = {row["id"] for row in rows if row.get("id")}
    removed = [_remove(state, entry) for entry in state.present.values() if _goes(entry, kept)]
    written = (_write(state, row) for row in rows)
    return removed + [each for each in written if each is not None]


def _goes(entry: TimeEntry, kept: set[uuid.UUID]) -> bool:
    return entry.id not in kept and entry.invoice_id is None


def _remove(state: _Rewriting, entry: TimeEntry) -> tuple[TimeEntry, str, list[Change]]:
    state.uow.session.delete(entry)
    return entry, "removed", []


def _write(state: _Rewriting, row: Row) -> tuple[TimeEntry, str, list[Change]] | None:
    if not row.get("id"):
        entry = new_entry(state.uow, state.projects[row["project_id"]], state.person, row)
        state.uow.session.add(entry)
        return entry, "added", []
    entry = state.present[row["id"]]
    before = events.fields_of(entry)
    change(entry, row, None)
    changed = changes_between(before, events.fields_of(entry))
    if not changed:
        return None
    entry.version += 1
    entry.updated_at = now()
    return entry, "updated", changed


def _settle(uow: UnitOfWork, weeks: Mapping[PersonsWeek, TimeWeek], rows: Sequence[Row]) -> None:
    too_long = settle(uow, weeks)
    if too_long:
        wrong = [
            too_many_hours(too_long[row["date"]], row["date"], f"entries[{index}].hours")
            for index, row in enumerate(rows)
            if row["date"] in too_long
        ]
        raise TimeEntryInvalid(errors=wrong)


def _event(entry: TimeEntry, participle: str, project: Project, changes: list[Change]) -> Event:
    if participle == "added":
        return events.entry_added(entry, project)
    if participle == "updated":
        return events.entry_updated(entry, project, changes)
    entry.version += 1
    return events.entry_removed(entry, project)
