"""Entering the time of many rows in one transaction: what is wrong is said of its own row."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from services.clients.time_entries import events
from services.clients.time_entries.models import TimeEntry, TimeWeek
from services.clients.time_entries.operations.entering import (
    Person,
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
from services.clients.time_entries.queries.entries import hours_by_day
from services.clients.time_entries.rules.overtime import MOST_A_DAY
from services.clients.time_entries.rules.weeks import Week
from shared.errors import FieldError
from shared.unit_of_work import UnitOfWork
from shared.values.findings import Wrong


@dataclass(slots=True)
class Entering:
    """The values of one row, what was found wrong with them, whose time it is and which
    entry was made of it."""

    values: Mapping[str, Any]
    wrong: list[FieldError] = field(default_factory=list)
    client_id: uuid.UUID | None = None
    entry_id: uuid.UUID | None = None


def enter_many(uow: UnitOfWork, rows: Sequence[Entering], *, only_try: bool = False) -> None:
    """Enter the rows that are right, in their order; `only_try` enters none.

    A row is refused as a single entry would be, and for more hours than its day has left after
    the rows before it.
    """
    projects = lock_projects(uow, {row.values["project_id"] for row in rows})
    persons = _persons(uow, rows)
    for row in rows:
        row.wrong += wrong_project(projects.get(row.values["project_id"]))
    weeks = lock_weeks(uow, {_place(row, persons) for row in rows if not row.wrong})
    _refuse_long_days(uow, rows, persons, weeks)
    right = [row for row in rows if not row.wrong]
    if right and not only_try:
        _write(uow, right, projects, persons, weeks)


def _persons(uow: UnitOfWork, rows: Sequence[Entering]) -> Mapping[str, Person]:
    found: dict[str, Person] = {}
    wrong: dict[str, Wrong] = {}
    for typed in {row.values["person"] for row in rows}:
        try:
            found[typed] = person_meant(uow, typed)
        except Wrong as error:
            wrong[typed] = error
    for row in rows:
        if row.values["person"] in wrong:
            row.wrong.append(wrong[row.values["person"]].at("person"))
    return found


def _place(row: Entering, persons: Mapping[str, Person]) -> PersonsWeek:
    return persons[row.values["person"]].key, Week.of(row.values["date"])


def _refuse_long_days(
    uow: UnitOfWork,
    rows: Sequence[Entering],
    persons: Mapping[str, Person],
    weeks: Collection[PersonsWeek],
) -> None:
    days: dict[tuple[str, date], Decimal] = defaultdict(Decimal, hours_by_day(uow.session, weeks))
    for row in rows:
        if row.wrong:
            continue
        day = row.values["date"]
        place = persons[row.values["person"]].key, day
        hours = days[place] + row.values["hours"]
        if hours > MOST_A_DAY:
            row.wrong.append(too_many_hours(hours, day, "hours"))
        else:
            days[place] = hours


def _write(
    uow: UnitOfWork,
    rows: Sequence[Entering],
    projects: Mapping[uuid.UUID, LockedProject],
    persons: Mapping[str, Person],
    weeks: Mapping[PersonsWeek, TimeWeek],
) -> None:
    entries: list[tuple[TimeEntry, LockedProject]] = []
    for row in rows:
        locked = projects[row.values["project_id"]]
        entry = new_entry(uow, locked, persons[row.values["person"]], row.values)
        row.client_id, row.entry_id = entry.client_id, entry.id
        uow.session.add(entry)
        entries.append((entry, locked))
    # Weeks of which every row was refused are held too, and were not written.
    written = {_place(row, persons) for row in rows}
    settle(uow, {place: held for place, held in weeks.items() if place in written})
    for entry, locked in entries:
        uow.publish(events.entry_added(entry, locked.project))
