"""What a merge means to the books: they go on under the other client."""

from __future__ import annotations

import uuid

from sqlalchemy import text

from shared.unit_of_work import UnitOfWork

_MOVE = text("UPDATE invoices SET client_id = :target WHERE client_id = :source")


def move_client_invoices(uow: UnitOfWork, source_id: uuid.UUID, target_id: uuid.UUID) -> int:
    """Give the source's invoices to the target, both clients being locked; answers how many.

    An invoice keeps its number and its billing copy.
    """
    uow.flush()
    ids = {"source": source_id, "target": target_id}
    moved = uow.session.connection().execute(_MOVE, ids).rowcount
    uow.session.expire_all()
    return moved
