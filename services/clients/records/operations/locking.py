"""The lock that every command of a client begins with: the order of its events rests on it."""

from __future__ import annotations

import uuid

from sqlalchemy import text

from services.clients.records.models.record import Client, client_of
from services.clients.records.queries import clients
from services.clients.records.queries.missing import absent
from shared.db.pipelining import fetch
from shared.unit_of_work import UnitOfWork

# Contacts and rates are not read here: a statement that had to wait for the lock sees the
# client as it is now, but everything else as it was when the statement began.
_LOCK = text(f"SELECT {clients.SELECTED} FROM clients c WHERE c.id = :id FOR UPDATE")


def lock_client(uow: UnitOfWork, client_id: uuid.UUID) -> Client:
    """The client, held until the transaction ends; raises as `absent` says."""
    for row in fetch(uow.connection, _LOCK, {"id": client_id}):
        return client_of(row)
    raise absent(uow.session, client_id)
