"""The lock of what belongs to a client: the client first, then the row itself."""

from __future__ import annotations

import uuid
from typing import TypeVar

from sqlalchemy import select

from services.clients.records.errors import ClientMerged, ClientNotFound
from services.clients.records.models.owned import OwnedByClient
from services.clients.records.models.record import Client
from services.clients.records.queries.clients import lock_client
from shared.unit_of_work import UnitOfWork

Owned = TypeVar("Owned", bound=OwnedByClient)


def lock_owned(
    uow: UnitOfWork, kind: type[Owned], wanted: uuid.UUID
) -> tuple[Client | None, Owned] | None:
    """A row that belongs to a client, with that client, whose row is held; None if there is none.

    While the client was waited for, a merge may have given it to another: then that one is
    locked. Without a client its own row is held instead.
    """
    owner = select(kind.client_id).where(kind.id == wanted)
    while (client_id := uow.session.scalar(owner)) is not None:
        client = lock_if_there(uow, client_id)
        held = uow.session.get(
            kind, wanted, populate_existing=True, with_for_update=client is None or None
        )
        if held is not None and held.client_id == client_id:
            return client, held
    return None


def lock_if_there(uow: UnitOfWork, client_id: uuid.UUID) -> Client | None:
    """The client, locked; None where it was deleted or merged while it was waited for."""
    try:
        return lock_client(uow, client_id)
    except (ClientNotFound, ClientMerged):
        return None
