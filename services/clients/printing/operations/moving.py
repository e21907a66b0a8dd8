"""What a merge and a deletion of clients mean to papers."""

from __future__ import annotations

import uuid

from sqlalchemy import text

from shared.unit_of_work import UnitOfWork

#: The rows of a client that go with it; the documents go with those of the documents service.
TABLES = {"papers": "client_id = :id"}

_MOVE = text("UPDATE papers SET client_id = :target WHERE client_id = :source")


def move_client_papers(uow: UnitOfWork, source_id: uuid.UUID, target_id: uuid.UUID) -> None:
    """Give the source's papers to the target; both clients are locked."""
    uow.session.execute(_MOVE, {"source": source_id, "target": target_id})
