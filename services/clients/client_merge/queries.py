"""Reading which clients live on under another's id."""

from __future__ import annotations

import uuid

from sqlalchemy import text
from sqlalchemy.orm import Session

_ALIASES = text("SELECT client_id FROM client_aliases WHERE target_id = :id ORDER BY client_id")


def aliases_of(session: Session, client_id: uuid.UUID) -> list[uuid.UUID]:
    """The ids of the clients that were merged into this one."""
    return list(session.scalars(_ALIASES, {"id": client_id}))
