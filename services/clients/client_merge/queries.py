"""Reading which clients live on under another's id."""

from __future__ import annotations

import uuid

from sqlalchemy import text
from sqlalchemy.orm import Session

from services.clients.records.errors import ClientMerged

_ALIASES = text("SELECT client_id FROM client_aliases WHERE target_id = :id ORDER BY client_id")

_TARGET = text("SELECT target_id FROM client_aliases WHERE client_id = :id")


def aliases_of(session: Session, client_id: uuid.UUID) -> list[uuid.UUID]:
    """The ids of the clients that were merged into this one."""
    return list(session.scalars(_ALIASES, {"id": client_id}))


def merged_away(session: Session, client_id: uuid.UUID) -> ClientMerged | None:
    """That a client which is not there was merged, if it was, and into which."""
    target = session.scalar(_TARGET, {"id": client_id})
    return None if target is None else ClientMerged(client_id, target)
