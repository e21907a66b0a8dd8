"""Notes of a client over HTTP. A note has a version of its own, which the answer's `ETag` names;
`If-Match` is honoured where it is sent."""

from __future__ import annotations

import uuid
from typing import Any

from services.clients.notes import queries
from services.clients.notes.models import Note, NoteVersion
from services.clients.notes.operations import writing
from services.clients.notes.schemas import (
    NoteBody,
    NoteChanges,
    NotePage,
    NoteQuery,
    NoteVersionPage,
    NoteView,
    note_json,
    version_json,
)
from services.clients.records.queries.clients import require_client
from shared.http.blueprint import ApiBlueprint
from shared.http.edge import Answer, if_match, reads, writes
from shared.http.identity import current_identity
from shared.http.paging import Sort, page
from shared.http.schemas import PageQuery
from shared.security.permissions import NOTES_CREATE, NOTES_MANAGE, NOTES_VIEW
from shared.unit_of_work import UnitOfWork

blueprint = ApiBlueprint(
    "notes",
    __name__,
    url_prefix="/v1/clients/<uuid:client_id>/notes",
    description="Notes, calls and meetings",
)
_ONE = "/<uuid:note_id>"


@blueprint.route("", methods=["GET"])
@reads(NOTES_VIEW)
@blueprint.arguments(NoteQuery, location="query")
@blueprint.response(200, NotePage)
def get_notes(uow: UnitOfWork, query: dict[str, Any], client_id: uuid.UUID) -> Answer:
    """A client's notes, what happened last first."""
    require_client(uow.session, client_id)
    found = page(
        uow.session,
        uow.vault,
        queries.notes_of(client_id, query["kind"]),
        [Sort(Note.happened_at, descending=True), Sort(Note.id, descending=True)],
        scope=f"notes:{client_id}:{query['kind']}",
        cursor=query["cursor"],
        limit=query["limit"],
    )
    return Answer(found.as_dict(note_json))


@blueprint.route("", methods=["POST"])
@writes(NOTES_CREATE)
@blueprint.arguments(NoteBody)
@blueprint.response(201, NoteView)
def post_note(uow: UnitOfWork, body: dict[str, Any], client_id: uuid.UUID) -> Answer:
    """Write a note, a call or a meeting onto the client's timeline."""
    note = writing.write_note(uow, client_id, body)
    return _answer(note, 201, f"/v1/clients/{client_id}/notes/{note.id}")


@blueprint.route(_ONE, methods=["GET"])
@reads(NOTES_VIEW)
@blueprint.response(200, NoteView)
def get_note(uow: UnitOfWork, client_id: uuid.UUID, note_id: uuid.UUID) -> Answer:
    """One note."""
    return _answer(_note(uow, client_id, note_id))


@blueprint.route(_ONE, methods=["PATCH"])
@writes(NOTES_CREATE)
@blueprint.arguments(NoteChanges)
@blueprint.response(200, NoteView)
def patch_note(
    uow: UnitOfWork, changes: dict[str, Any], client_id: uuid.UUID, note_id: uuid.UUID
) -> Answer:
    """Correct a note: its author within seven days, or who may manage notes at any time."""
    version, manages = if_match(), _manages()
    return _answer(writing.edit_note(uow, client_id, note_id, changes, version, manages=manages))


@blueprint.route(_ONE, methods=["DELETE"])
@writes(NOTES_CREATE)
@blueprint.response(204)
def delete_note(uow: UnitOfWork, client_id: uuid.UUID, note_id: uuid.UUID) -> Answer:
    """Remove a note with its versions, by whom may correct it; the timeline keeps its entries."""
    writing.remove_note(uow, client_id, note_id, if_match(), manages=_manages())
    return Answer(None, 204)


@blueprint.route(f"{_ONE}/versions", methods=["GET"])
@reads(NOTES_VIEW)
@blueprint.arguments(PageQuery, location="query")
@blueprint.response(200, NoteVersionPage)
def get_versions(
    uow: UnitOfWork, query: dict[str, Any], client_id: uuid.UUID, note_id: uuid.UUID
) -> Answer:
    """Every version of a note with who wrote it, the present one first."""
    note = _note(uow, client_id, note_id)
    found = page(
        uow.session,
        uow.vault,
        queries.versions_of(note.id),
        [Sort(NoteVersion.version, descending=True)],
        scope=f"note-versions:{note_id}",
        cursor=query["cursor"],
        limit=query["limit"],
    )
    return Answer(found.as_dict(version_json))


def _note(uow: UnitOfWork, client_id: uuid.UUID, note_id: uuid.UUID) -> Note:
    require_client(uow.session, client_id)
    return queries.get_note(uow.session, client_id, note_id)


def _manages() -> bool:
    return NOTES_MANAGE in current_identity().permissions


def _answer(note: Note, status: int = 200, location: str | None = None) -> Answer:
    return Answer(note_json(note), status, etag=note.version, location=location)
