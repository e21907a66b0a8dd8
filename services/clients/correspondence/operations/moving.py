"""What a merge and a deletion of clients mean to mail."""

from __future__ import annotations

import uuid

from sqlalchemy import text

from shared.unit_of_work import UnitOfWork

#: The rows of a client that go with it.
TABLES = {"mails": "client_id = :id", "mail_stops": "client_id = :id"}

_MOVE = text("UPDATE mails SET client_id = :target WHERE client_id = :source")
_MOVE_STOPS = text(
    """
    INSERT INTO mail_stops (client_id, email_key, workspace_id, email, stopped_at)
    SELECT :target, email_key, workspace_id, email, stopped_at FROM mail_stops
    WHERE client_id = :source ON CONFLICT DO NOTHING
    """
)
_DROP = {
    "stops": text("DELETE FROM mail_stops WHERE client_id = :id"),
    "mails": text("DELETE FROM mails WHERE client_id = :id"),
}


def move_client_mail(uow: UnitOfWork, source_id: uuid.UUID, target_id: uuid.UUID) -> None:
    """Give the source's mail to the target: whoever wanted no more of one wants none of both."""
    ids = {"source": source_id, "target": target_id}
    uow.session.execute(_MOVE, ids)
    uow.session.execute(_MOVE_STOPS, ids)
    uow.session.execute(_DROP["stops"], {"id": source_id})


def remove_client_mail(uow: UnitOfWork, client_id: uuid.UUID) -> None:
    """Delete what was written to the client."""
    for statement in _DROP.values():
        uow.session.execute(statement, {"id": client_id})
