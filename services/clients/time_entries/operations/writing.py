"""Entering time, changing it and taking it back, one entry at a time."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from services.clients.projects.models import Project
from services.clients.records.models.record import Client
from services.clients.records.queries.owned import lock_owned
from services.clients.time_entries import events
from services.clients.time_entries.errors import (
    StaleTimeEntry,
    TimeEntryBilled,
    TimeEntryInvalid,
    TimeEntryNotFound,
)
from services.clients.time_entries.models import TimeEntry
from services.clients.time_entries.operations.entering import (
    Person,
    change,
    new_entry,
    person_meant,
    place_of,
    wrong_project,
)
from services.clients.time_entries.operations.locking import (
    LockedProject,
    PersonsWeek,
    lock_projects,
    lock_weeks,
)
from services.clients.time_entries.operations.settling import settle, too_many_hours
from shared.clock import now
from shared.errors import FieldError, require_version
from shared.messaging.changes import changes_between
from shared.unit_of_work import UnitOfWork
from shared.values.findings import Findings


def add_entry(uow: UnitOfWork, body: Mapping[str, Any]) -> TimeEntry:
    """Enter hours. Raises `TimeEntryInvalid` for a project that takes none, an unknown user, and
    for a day of more than 24 hours."""
    locked = lock_projects(uow, [body["project_id"]]).get(body["project_id"])
    person = _checked(uow, body, wrong_project(locked))
    assert locked is not None
    assert person is not None
    entry = new_entry(uow, locked, person, body)
    uow.session.add(entry)
    _settle(uow, [place_of(entry)])
    uow.publish(events.entry_added(entry, locked.project))
    return entry


def update_entry(
    uow: UnitOfWork, entry_id: uuid.UUID, changes: Mapping[str, Any], expected_version: int | None
) -> TimeEntry:
    """Change what is given; without effect there is no new version and no event.

    Raises `TimeEntryNotFound`, `StaleTimeEntry`, `TimeEntryBilled`, and as `add_entry`.
    """
    client, entry = _held(uow, entry_id, expected_version)
    locked = _project(uow, client, changes.get("project_id", entry.project_id))
    person = _checked(uow, changes, wrong_project(locked))
    assert locked is not None
    before, was = events.fields_of(entry), place_of(entry)
    change(entry, changes, person)
    changed = changes_between(before, events.fields_of(entry))
    if changed:
        entry.version += 1
        entry.updated_at = now()
        _settle(uow, [was, place_of(entry)])
        uow.publish(events.entry_updated(entry, locked.project, changed))
    return entry


def remove_entry(uow: UnitOfWork, entry_id: uuid.UUID, expected_version: int | None) -> None:
    """Take an entry back.

    Raises `TimeEntryNotFound`, `StaleTimeEntry`, `TimeEntryBilled`.
    """
    _client, entry = _held(uow, entry_id, expected_version)
    project = uow.session.get_one(Project, entry.project_id)
    uow.session.delete(entry)
    _settle(uow, [place_of(entry)])
    entry.version += 1
    uow.publish(events.entry_removed(entry, project))


def _held(
    uow: UnitOfWork, entry_id: uuid.UUID, expected_version: int | None
) -> tuple[Client, TimeEntry]:
    """The entry with its locked client, not billed yet."""
    found = lock_owned(uow, TimeEntry, entry_id)
    client, entry = found or (None, None)
    if client is None or entry is None:
        raise TimeEntryNotFound
    require_version(expected_version, entry.version, StaleTimeEntry)
    if entry.invoice_id is not None:
        raise TimeEntryBilled(invoice_id=str(entry.invoice_id))
    return client, entry


def _project(uow: UnitOfWork, client: Client, project_id: uuid.UUID) -> LockedProject | None:
    """The project, if it is the locked client's: an entry stays with the client it was entered
    for, on whose timeline it stands."""
    project = uow.session.get(Project, project_id, populate_existing=True)
    if project is None or project.client_id != client.id:
        return None
    return LockedProject(project, client)


def _checked(
    uow: UnitOfWork, body: Mapping[str, Any], wrong: Iterator[FieldError]
) -> Person | None:
    """Whom the body names; raises `TimeEntryInvalid` with all that is wrong."""
    findings = Findings(list(wrong))
    person = None
    if "person" in body:
        person = findings.take("person", lambda typed: person_meant(uow, typed), body["person"])
    if findings.errors:
        raise TimeEntryInvalid(errors=findings.errors)
    return person


def _settle(uow: UnitOfWork, places: Sequence[PersonsWeek]) -> None:
    too_long = settle(uow, lock_weeks(uow, places))
    if too_long:
        wrong = [too_many_hours(hours, day, "hours") for day, hours in too_long.items()]
        raise TimeEntryInvalid(errors=wrong)
