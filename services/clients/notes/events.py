"""What notes tell: one event per note that is written, changed or removed."""

from __future__ import annotations

from typing import Any

from services.clients.notes.models import Note, NoteVersion
from shared.clock import rfc3339
from shared.messaging.changes import Change
from shared.messaging.envelope import Event


def note_added(note: Note) -> Event:
    """Somebody wrote down what was said or done."""
    return _event(note, "added", {"note": snapshot(note)})


def note_edited(note: Note, changes: list[Change]) -> Event:
    """A note was corrected; what it was before is kept as a version."""
    return _event(note, "edited", {"changes": changes, "note": snapshot(note)})


def note_removed(note: Note) -> Event:
    """A note is no more; this is a version of its own, and does not repeat what it said."""
    whole = snapshot(note)
    kept = ("id", "client_id", "kind", "happened_at", "author", "version")
    return _event(note, "removed", {"note": {name: whole[name] for name in kept}})


def snapshot(note: Note) -> dict[str, Any]:
    """A note as it stands in its events."""
    return {
        "id": str(note.id),
        "client_id": str(note.client_id),
        **content(note),
        "author": note.author,
        "version": note.version,
    }


def content(note: Note | NoteVersion) -> dict[str, Any]:
    """What of a note can change, as it travels."""
    contact = {"id": str(note.contact_id), "name": note.contact_name}
    return {
        "kind": note.kind,
        "text": note.text,
        "happened_at": rfc3339(note.happened_at),
        "document_id": None if note.document_id is None else str(note.document_id),
        "contact": None if note.contact_id is None else contact,
    }


def _event(note: Note, participle: str, data: dict[str, Any]) -> Event:
    return Event(
        type=f"clients.note.{participle}.v1",
        subject=f"note/{note.id}",
        aggregate_version=note.version,
        client_id=note.client_id,
        data=data,
    )
