"""Whether a client is there, for what other services do with it."""

from __future__ import annotations

import uuid

from services.clients.records.queries.clients import require_client
from shared.security.identity import Identity
from shared.unit_of_work import UnitOfWork


def known_client(uow: UnitOfWork, _identity: Identity, client_id: uuid.UUID) -> uuid.UUID:
    """The id of a client that is there; raises `ClientNotFound`."""
    require_client(uow.session, client_id)
    return client_id
