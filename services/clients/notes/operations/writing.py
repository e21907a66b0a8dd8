"""Writing notes, correcting and removing them. A note has versions of its own, beside the
client's."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from services.clients.notes import events, queries
from services.clients.notes.errors import (
    NoteInvalid,
    NotYoursToChange,
    StaleNote,
    TooManyNotes,
    TooManyVersions,
)
from services.clients.notes.models import CONTENT, Note, NoteVersion
from services.clients.notes.rules import MAX_NOTES, MAX_VERSIONS, may_correct
from services.clients.records.queries.clients import get_children, lock_client
from shared.clock import now
from shared.errors import require_version
from shared.ids import uuid7
from shared.messaging.changes import changes_between
from shared.unit_of_work import UnitOfWork


def write_note(uow: UnitOfWork, client_id: uuid.UUID, body: Mapping[str, Any]) -> Note:
    """Write a note; without `happened_at` it tells of now. The document is not looked up, as it
    is another service's.

    Raises `ClientNotFound`, `TooManyNotes`, and `NoteInvalid` for a contact the client has not.
    """
    lock_client(uow, client_id)
    if queries.count_notes(uow.session, client_id) >= MAX_NOTES:
        raise TooManyNotes(f"{MAX_NOTES} is the most.")
    moment = now()
    values = {"happened_at": moment, **_stored(uow, client_id, body)}
    note = Note(
        id=uuid7(),
        workspace_id=uow.workspace_id,
        client_id=client_id,
        version=1,
        author=uow.actor.as_dict(),
        created_at=moment,
        updated_at=moment,
        **values,
    )
    uow.session.add(note)
    _keep_version(uow, note)
    uow.publish(events.note_added(note))
    return note


def edit_note(
    uow: UnitOfWork,
    client_id: uuid.UUID,
    note_id: uuid.UUID,
    changes: Mapping[str, Any],
    expected_version: int | None,
    *,
    manages: bool,
) -> Note:
    """Change what is given; without effect there is no new version and no event.

    Raises `ClientNotFound`, `NoteNotFound`, `StaleNote`, `NotYoursToChange` unless whoever asks
    `manages` notes, `TooManyVersions`, `NoteInvalid`.
    """
    note = _held(uow, client_id, note_id, expected_version, manages=manages)
    before = events.content(note)
    for name, value in _stored(uow, client_id, changes).items():
        setattr(note, name, value)
    changed = changes_between(before, events.content(note))
    if changed:
        if note.version >= MAX_VERSIONS:
            raise TooManyVersions(f"{MAX_VERSIONS} versions are the most.")
        note.version += 1
        note.updated_at = now()
        _keep_version(uow, note)
        uow.publish(events.note_edited(note, changed))
    return note


def remove_note(
    uow: UnitOfWork,
    client_id: uuid.UUID,
    note_id: uuid.UUID,
    expected_version: int | None,
    *,
    manages: bool,
) -> None:
    """Delete a note with all its versions; the timeline says that there was one.

    Raises `ClientNotFound`, `NoteNotFound`, `StaleNote`, `NotYoursToChange`.
    """
    note = _held(uow, client_id, note_id, expected_version, manages=manages)
    uow.session.delete(note)
    uow.flush()
    note.version += 1
    uow.publish(events.note_removed(note))


def _held(
    uow: UnitOfWork,
    client_id: uuid.UUID,
    note_id: uuid.UUID,
    expected_version: int | None,
    *,
    manages: bool,
) -> Note:
    """The note, read after its client was locked, by someone who may change it."""
    lock_client(uow, client_id)
    note = queries.get_note(uow.session, client_id, note_id)
    actor = uow.actor.as_dict()
    if not manages and not may_correct(note.author, actor, note.created_at, now()):
        raise NotYoursToChange
    require_version(expected_version, note.version, StaleNote)
    return note


def _stored(uow: UnitOfWork, client_id: uuid.UUID, body: Mapping[str, Any]) -> dict[str, Any]:
    """The values of a body as columns, the contact with its name."""
    values = dict(body)
    if "contact_id" in values:
        values["contact_name"] = _name_of(uow, client_id, values["contact_id"])
    return values


def _name_of(uow: UnitOfWork, client_id: uuid.UUID, contact_id: uuid.UUID | None) -> str | None:
    if contact_id is None:
        return None
    for contact in get_children(uow.session, client_id)["contacts"]:
        if contact["id"] == str(contact_id):
            return str(contact["name"] or contact["email"] or "")
    message = "The client has no such contact."
    raise NoteInvalid.at("contact_id", "unknown_contact", message)


def _keep_version(uow: UnitOfWork, note: Note) -> None:
    version = NoteVersion(
        id=uuid7(),
        workspace_id=note.workspace_id,
        note_id=note.id,
        version=note.version,
        editor=uow.actor.as_dict(),
        written_at=note.updated_at,
        **{name: getattr(note, name) for name in CONTENT},
    )
    uow.session.add(version)
