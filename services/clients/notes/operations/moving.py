"""What a merge and a deletion of clients mean to notes."""

from __future__ import annotations

import uuid

from sqlalchemy import text

from shared.unit_of_work import UnitOfWork

#: The rows of a client that go with it, the notes before their versions.
TABLES = {
    "notes": "client_id = :id",
    "note_versions": "note_id IN (SELECT id FROM notes WHERE client_id = :id)",
}

_MOVE = text("UPDATE notes SET client_id = :target WHERE client_id = :source")


def move_client_notes(uow: UnitOfWork, source_id: uuid.UUID, target_id: uuid.UUID) -> int:
    """Give the source's notes to the target, with their versions; both clients are locked."""
    ids = {"source": source_id, "target": target_id}
    return uow.session.connection().execute(_MOVE, ids).rowcount
