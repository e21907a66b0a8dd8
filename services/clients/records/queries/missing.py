"""Why a client is not there: it was merged, it was deleted, or it never was.

Asked only once a look-up has found nothing, so it costs nothing where there is a client. The
two tables belong to lifecycle; what became of a record is part of the answer about it.
"""

from __future__ import annotations

import uuid

from sqlalchemy import text
from sqlalchemy.orm import Session

from services.clients.records.errors import ClientDeleted, ClientMerged, ClientNotFound
from shared.errors import DomainError

_WENT = text(
    """
    SELECT (SELECT target_id FROM client_aliases WHERE client_id = :id) AS merged_into,
           (SELECT id FROM deletions WHERE client_id = :id AND undone_at IS NULL) AS deletion_id
    """
)


def why_missing(session: Session, client_id: uuid.UUID) -> DomainError:
    """What to raise for a client that was not found."""
    went = session.execute(_WENT, {"id": client_id}).one()
    if went.merged_into is not None:
        return ClientMerged(client_id, went.merged_into)
    if went.deletion_id is not None:
        return ClientDeleted(deletion_id=str(went.deletion_id))
    return ClientNotFound()
