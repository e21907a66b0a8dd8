"""What follows from a change for the whole week of the person: overtime, and its version."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal

from sqlalchemy import update

from services.clients.access.queries import get_workspace
from services.clients.time_entries.models import TimeEntry, TimeWeek
from services.clients.time_entries.operations.locking import PersonsWeek
from services.clients.time_entries.queries.entries import entries_of_week
from services.clients.time_entries.rules.overtime import (
    MOST_A_DAY,
    Worked,
    days_too_long,
    overtime_hours,
)
from shared.errors import FieldError
from shared.unit_of_work import UnitOfWork


def settle(uow: UnitOfWork, weeks: Mapping[PersonsWeek, TimeWeek]) -> dict[date, Decimal]:
    """Write what is pending and work out the overtime of these locked weeks anew.

    Answers the days that have more hours than there are in a day: whoever gets any refuses what
    was to be written.
    """
    uow.flush()
    split = get_workspace(uow).split_overtime
    too_long: dict[date, Decimal] = {}
    for (person_key, week), held in weeks.items():
        entries = entries_of_week(uow.session, person_key, week)
        worked = [_worked(entry) for entry in entries]
        too_long |= days_too_long(worked)
        _write(uow, entries, overtime_hours(worked, split=split))
        held.version += 1
    return too_long


def too_many_hours(hours: Decimal, day: date, path: str) -> FieldError:
    """The error of a day with too many hours."""
    message = f"These make {hours} h on {day.isoformat()}; a day has {MOST_A_DAY}."
    return FieldError(path, "too_many_hours", message)


def _worked(entry: TimeEntry) -> Worked:
    return Worked(
        entry.id,
        entry.date,
        entry.hours,
        entry.overtime,
        entry.overtime_hours,
        entry.invoice_id is not None,
    )


def _write(
    uow: UnitOfWork, entries: Iterable[TimeEntry], hours: Mapping[uuid.UUID, Decimal]
) -> None:
    """Only entries of this command's clients are locked: another may have been billed since it
    was read, and then keeps what it was billed with."""
    for entry in sorted(entries, key=lambda each: each.id):
        wanted = hours.get(entry.id, entry.overtime_hours)
        if wanted != entry.overtime_hours:
            uow.session.execute(
                update(TimeEntry)
                .where(TimeEntry.id == entry.id, TimeEntry.invoice_id.is_(None))
                .values(overtime_hours=wanted)
            )
