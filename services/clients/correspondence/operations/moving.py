"""What a merge and a deletion of clients mean to who wants no more mail."""

from __future__ import annotations

import uuid

from sqlalchemy import text

from shared.unit_of_work import UnitOfWork

#: The rows of a client that go with it.
TABLES = {"mail_stops": "client_id = :id"}

_MOVE = text(
    """
    INSERT INTO mail_stops (client_id, email_key, workspace_id, email, stopped_at)
    SELECT :target, email_key, workspace_id, email, stopped_at FROM mail_stops
    WHERE client_id = :source ON CONFLICT DO NOTHING
    """
)
_DROP = text("DELETE FROM mail_stops WHERE client_id = :id")


def move_mail_stops(uow: UnitOfWork, source_id: uuid.UUID, target_id: uuid.UUID) -> None:
    """Whoever wanted no more mail of one of the clients wants none of both."""
    uow.session.execute(_MOVE, {"source": source_id, "target": target_id})
    remove_mail_stops(uow, source_id)


def remove_mail_stops(uow: UnitOfWork, client_id: uuid.UUID) -> None:
    """Forget who wanted no more."""
    uow.session.execute(_DROP, {"id": client_id})
