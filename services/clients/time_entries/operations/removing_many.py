"""Taking many entries back in one transaction: what stands against one is said of it alone."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import select

from services.clients.time_entries import events
from services.clients.time_entries.errors import (
    StaleTimeEntry,
    TimeEntryBilled,
    TimeEntryNotFound,
)
from services.clients.time_entries.models import TimeEntry
from services.clients.time_entries.operations.entering import place_of
from services.clients.time_entries.operations.locking import (
    LockedProject,
    lock_projects,
    lock_weeks,
)
from services.clients.time_entries.operations.settling import settle
from shared.errors import FieldError
from shared.unit_of_work import UnitOfWork


def remove_many(
    uow: UnitOfWork, entry_ids: Collection[uuid.UUID]
) -> Mapping[uuid.UUID, FieldError]:
    """Take back those of the entries that are as they were entered and are not billed.

    Answers, of each of the others, why it stays as it is.
    """
    wanted = select(TimeEntry).where(TimeEntry.id.in_(entry_ids))
    on = uow.session.scalars(wanted.with_only_columns(TimeEntry.project_id).distinct()).all()
    projects = lock_projects(uow, on)
    found = uow.session.scalars(wanted, execution_options={"populate_existing": True}).all()
    held = {entry.id: entry for entry in found if entry.project_id in projects}
    wrong = {each: error for each in entry_ids if (error := _against(held.get(each)))}
    _remove(uow, [entry for entry in held.values() if entry.id not in wrong], projects)
    return wrong


def _against(entry: TimeEntry | None) -> FieldError | None:
    if entry is None:
        return FieldError("", TimeEntryNotFound.code, "The entry was taken back before.")
    what = f"{entry.hours} h of {entry.person_name} on {entry.date.isoformat()}"
    if entry.invoice_id is not None:
        return FieldError("", TimeEntryBilled.code, f"{what}: on invoice {entry.invoice_id}.")
    if entry.version != 1:
        return FieldError("", StaleTimeEntry.code, f"{what}: changed since it was entered.")
    return None


def _remove(
    uow: UnitOfWork, entries: Sequence[TimeEntry], projects: Mapping[uuid.UUID, LockedProject]
) -> None:
    weeks = lock_weeks(uow, {place_of(entry) for entry in entries})
    for entry in entries:
        uow.session.delete(entry)
    settle(uow, weeks)
    for entry in entries:
        entry.version += 1
        uow.publish(events.entry_removed(entry, projects[entry.project_id].project))
