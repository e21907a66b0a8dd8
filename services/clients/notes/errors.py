"""The situations that stop a command about a note."""

from __future__ import annotations

from shared.errors import Conflict, Forbidden, Invalid, NotFound, PreconditionFailed


class NoteNotFound(NotFound):
    """The client has no such note, or has it no more."""

    code = "notes.not_found"
    title = "No such note"


class StaleNote(PreconditionFailed):
    """Somebody has changed the note since."""

    code = "notes.stale_version"
    title = "The note has changed since you read it"


class NotYoursToChange(Forbidden):
    """Somebody else's note, or one that is older than its author may still correct."""

    code = "notes.not_yours_to_change"
    title = "Only its author, within seven days, or who manages notes can change this note"


class TooManyNotes(Conflict):
    """A client has only so many notes."""

    code = "notes.too_many"
    title = "This client has as many notes as it may have"


class TooManyVersions(Conflict):
    """A note is rewritten only so often, as every version is kept."""

    code = "notes.too_many_versions"
    title = "This note has been changed as often as it may be"


class NoteInvalid(Invalid):
    """Values that fit the body but not the client; `errors` names the fields."""
