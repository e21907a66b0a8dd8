"""What a merge and a deletion of clients mean to who may come to the portal."""

from __future__ import annotations

import uuid

from sqlalchemy import text

from shared.unit_of_work import UnitOfWork

#: The rows of a client that go with it; where its contacts are signed in ends with them.
TABLES = {"portal_access": "client_id = :id"}

_REMOVE = text("DELETE FROM portal_access WHERE client_id = :id")
# One address has one access to a client: where both have one, the target's stays.
_DROP_DOUBLES = text(
    """
    DELETE FROM portal_access AS s USING portal_access AS t
    WHERE s.client_id = :source AND t.client_id = :target AND s.email_key = t.email_key
    """
)
_MOVE = text("UPDATE portal_access SET client_id = :target WHERE client_id = :source")


def remove_client_access(uow: UnitOfWork, client_id: uuid.UUID) -> None:
    """Nobody comes to the portal for this client any more; it is locked."""
    uow.session.execute(_REMOVE, {"id": client_id})


def move_client_access(uow: UnitOfWork, source_id: uuid.UUID, target_id: uuid.UUID) -> None:
    """Let the source's contacts come for the target; both are locked."""
    ids = {"source": source_id, "target": target_id}
    uow.session.execute(_DROP_DOUBLES, ids)
    uow.session.execute(_MOVE, ids)
