"""What is common to every way that time is entered in: who it is of, and where it may stand."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from services.clients.access.queries import find_user_name
from services.clients.projects.models import CLOSED
from services.clients.time_entries.models import TimeEntry
from services.clients.time_entries.operations.locking import LockedProject, PersonsWeek
from services.clients.time_entries.rules.persons import key_of, user_meant
from services.clients.time_entries.rules.weeks import Week
from shared.clock import now
from shared.errors import FieldError
from shared.ids import uuid7
from shared.unit_of_work import UnitOfWork
from shared.values.findings import Wrong


@dataclass(frozen=True, slots=True)
class Person:
    """Whoever worked: a user of the workspace, or anybody by name."""

    key: str
    user_id: uuid.UUID | None
    name: str


def person_meant(uow: UnitOfWork, typed: str) -> Person:
    """The user of this id, or somebody of this name; raises `Wrong` for an id of no user."""
    user_id = user_meant(typed)
    name = typed if user_id is None else find_user_name(uow, str(user_id))
    if name is None:
        raise Wrong("unknown_user", "No user of the workspace has this id.")
    return Person(key_of(typed), user_id, name)


def place_of(entry: TimeEntry) -> PersonsWeek:
    """The week that an entry is written in."""
    return entry.person_key, Week.of(entry.date)


def wrong_project(locked: LockedProject | None, path: str = "project_id") -> Iterator[FieldError]:
    """Why no time can be entered on the project."""
    if locked is None:
        yield FieldError(path, "unknown_project", "There is no such project.")
    elif locked.client.internal:
        message = "It is the internal client's, whose time is never invoiced."
        yield FieldError(path, "internal_client", message)
    elif locked.project.status in CLOSED:
        message = f"The project is {locked.project.status}; open it again first."
        yield FieldError(path, "project_closed", message)


def new_entry(
    uow: UnitOfWork, locked: LockedProject, person: Person, body: Mapping[str, Any]
) -> TimeEntry:
    """An entry that is not written yet."""
    at = now()
    return TimeEntry(
        id=uuid7(),
        workspace_id=uow.workspace_id,
        client_id=locked.client.id,
        project_id=locked.project.id,
        version=1,
        position=body["position"],
        user_id=person.user_id,
        person_key=person.key,
        person_name=person.name,
        date=body["date"],
        hours=body["hours"],
        overtime=body.get("overtime", False),
        overtime_hours=Decimal(0),
        note=body.get("note"),
        invoice_id=None,
        invoice_line_ids=None,
        created_at=at,
        updated_at=at,
    )


def change(entry: TimeEntry, changes: Mapping[str, Any], person: Person | None) -> None:
    """Set what is given; `person` is whom `changes` name, if they name anybody."""
    for name in ("project_id", "position", "date", "hours", "overtime", "note"):
        if name in changes:
            setattr(entry, name, changes[name])
    if person is not None:
        entry.person_key, entry.user_id = person.key, person.user_id
        entry.person_name = person.name
