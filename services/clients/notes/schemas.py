"""Notes over HTTP: what may be sent, and how they look."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate

from services.clients.notes import events
from services.clients.notes.models import Note, NoteVersion
from services.clients.notes.rules import KINDS, is_ahead
from shared.clock import now, rfc3339
from shared.http.fields import Moment, Rule
from shared.http.schemas import Coded, PageQuery, StrictSchema, page_of
from shared.values import text

_KIND = validate.OneOf(KINDS)


def _happened(moment: datetime) -> None:
    if is_ahead(moment, now()):
        raise ValidationError(Coded("in_future", "Must not lie in the future."))


def _text(**more: Any) -> Rule:
    check = text.visible(text.prose(text.PROSE_LENGTH), "too_short")
    return Rule(check, nullable=False, minLength=1, maxLength=text.PROSE_LENGTH, **more)


class NoteChanges(StrictSchema):
    """What of a note is to change; the rest stays."""

    kind = fields.String(validate=_KIND)
    text = _text()
    happened_at = Moment(validate=_happened)
    document_id = fields.UUID(
        allow_none=True,
        metadata={"description": "A document of the client. It is not looked up."},
    )
    contact_id = fields.UUID(allow_none=True)


class NoteBody(NoteChanges):
    """A new note; without `happened_at` it tells of now."""

    kind = fields.String(load_default=KINDS[0], validate=_KIND)
    text = _text(required=True)


class NoteQuery(PageQuery):
    """A page of a client's notes."""

    kind = fields.String(load_default=None, validate=_KIND)


class NoteContactView(Schema):
    """A contact by the name it had when the note was written."""

    id = fields.UUID()
    name = fields.String()


class NoteActorView(Schema):
    """Who wrote something."""

    kind = fields.String()
    id = fields.String(allow_none=True)
    name = fields.String()


class _ContentView(Schema):
    """What a note says."""

    kind = fields.String(metadata={"enum": list(KINDS)})
    text = fields.String()
    happened_at = fields.DateTime()
    document_id = fields.UUID(allow_none=True)
    contact = fields.Nested(NoteContactView, allow_none=True)
    version = fields.Integer()


class NoteView(_ContentView):
    """A note, a call or a meeting."""

    id = fields.UUID()
    client_id = fields.UUID()
    author = fields.Nested(NoteActorView)
    created_at = fields.DateTime()
    updated_at = fields.DateTime()


#: Notes, what happened last first.
NotePage = page_of(NoteView, "NotePage")


class NoteVersionView(_ContentView):
    """A note as somebody left it."""

    note_id = fields.UUID()
    editor = fields.Nested(NoteActorView)
    written_at = fields.DateTime()


#: Versions of a note, the present one first.
NoteVersionPage = page_of(NoteVersionView, "NoteVersionPage")


def note_json(note: Note) -> dict[str, Any]:
    """As `NoteView`."""
    return {
        **events.snapshot(note),
        "created_at": rfc3339(note.created_at),
        "updated_at": rfc3339(note.updated_at),
    }


def version_json(version: NoteVersion) -> dict[str, Any]:
    """As `NoteVersionView`."""
    return {
        "note_id": str(version.note_id),
        "version": version.version,
        **events.content(version),
        "editor": version.editor,
        "written_at": rfc3339(version.written_at),
    }
