"""Reading notes and their versions."""

from __future__ import annotations

import uuid

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from services.clients.notes.errors import NoteNotFound
from services.clients.notes.models import Note, NoteVersion


def notes_of(client_id: uuid.UUID, kind: str | None = None) -> Select[Note]:
    """The client's notes, of one kind or of all, to be paged."""
    found = select(Note).where(Note.client_id == client_id)
    return found if kind is None else found.where(Note.kind == kind)


def versions_of(note_id: uuid.UUID) -> Select[NoteVersion]:
    """Every version of a note, to be paged."""
    return select(NoteVersion).where(NoteVersion.note_id == note_id)


def versions_of_client(client_id: uuid.UUID) -> Select[NoteVersion]:
    """Every version of every note of a client, to be paged."""
    notes = select(Note.id).where(Note.client_id == client_id)
    return select(NoteVersion).where(NoteVersion.note_id.in_(notes))


def get_note(session: Session, client_id: uuid.UUID, note_id: uuid.UUID) -> Note:
    """One note of the client; raises `NoteNotFound`."""
    note = session.get(Note, note_id)
    if note is None or note.client_id != client_id:
        raise NoteNotFound
    return note


def count_notes(session: Session, client_id: uuid.UUID) -> int:
    """How many notes a client has."""
    return session.scalar(select(func.count()).where(Note.client_id == client_id)) or 0
