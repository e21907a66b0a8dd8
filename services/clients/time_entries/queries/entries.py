"""Reading time entries."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Date, Select, cast, func, select, tuple_
from sqlalchemy.orm import Session

from services.clients.time_entries.errors import TimeEntryNotFound
from services.clients.time_entries.models import TimeEntry, TimeWeek
from services.clients.time_entries.rules.persons import key_of
from services.clients.time_entries.rules.weeks import Week

_MONDAY = cast(func.date_trunc("week", TimeEntry.date), Date)


def get_entry(session: Session, entry_id: uuid.UUID) -> TimeEntry:
    """The entry; raises `TimeEntryNotFound`."""
    entry = session.get(TimeEntry, entry_id)
    if entry is None:
        raise TimeEntryNotFound
    return entry


def entries_like(wanted: Mapping[str, Any]) -> Select[TimeEntry]:
    """The entries that are wanted, to be paged: by `client_id`, `project_id`, `person`, `week`,
    `from`, `to`, `billed`, each where it is named."""
    return select(TimeEntry).where(
        *(_CONDITIONS[name](value) for name, value in wanted.items() if name in _CONDITIONS)
    )


def _in_week(week: Week) -> ColumnElement[bool]:
    return TimeEntry.date.between(week.monday, week.sunday)


def _billed(billed: bool) -> ColumnElement[bool]:
    return TimeEntry.invoice_id.is_not(None) if billed else TimeEntry.invoice_id.is_(None)


_CONDITIONS: Mapping[str, Any] = {
    "client_id": lambda value: TimeEntry.client_id == value,
    "project_id": lambda value: TimeEntry.project_id == value,
    "person": lambda value: TimeEntry.person_key == key_of(value),
    "week": _in_week,
    "from": lambda value: TimeEntry.date >= value,
    "to": lambda value: TimeEntry.date <= value,
    "billed": _billed,
}


def entries_of_week(session: Session, person_key: str, week: Week) -> Sequence[TimeEntry]:
    """A person's entries of a week as they are now, day by day in the order of entering."""
    found = select(TimeEntry).where(TimeEntry.person_key == person_key, _in_week(week))
    ordered = found.order_by(TimeEntry.date, TimeEntry.id)
    return session.scalars(ordered, execution_options={"populate_existing": True}).all()


def hours_by_day(
    session: Session, weeks: Collection[tuple[str, Week]]
) -> dict[tuple[str, date], Decimal]:
    """The hours of persons on each day of these weeks, by person's key and day."""
    mondays = [(person_key, week.monday) for person_key, week in weeks]
    found = (
        select(TimeEntry.person_key, TimeEntry.date, func.sum(TimeEntry.hours))
        .where(tuple_(TimeEntry.person_key, _MONDAY).in_(mondays))
        .group_by(TimeEntry.person_key, TimeEntry.date)
    )
    return {(person_key, day): hours for person_key, day, hours in session.execute(found)}


def version_of_week(session: Session, person_key: str, week: Week) -> int:
    """How often the person's week was written; 0 where it never was."""
    found = select(TimeWeek.version).where(
        TimeWeek.person_key == person_key, TimeWeek.monday == week.monday
    )
    return session.scalar(found) or 0


def count_entries(session: Session, client_id: uuid.UUID) -> int:
    """How many entries the client has."""
    return session.scalar(select(func.count()).where(TimeEntry.client_id == client_id)) or 0
