"""What a client's deletion, taking that back, and its merge mean to its record."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import text

from shared.unit_of_work import UnitOfWork

#: The rows of a client, by table: what is referred to comes first.
TABLES = {"clients": "id = :id"} | dict.fromkeys(
    ("client_keys", "client_search", "contacts", "rates"), "client_id = :id"
)

# Contacts, rates, keys and search words go with their client.
_REMOVE = text("DELETE FROM clients WHERE id = :id")
_SET_VERSION = text(
    "UPDATE clients SET version = :version, updated_at = :at WHERE id = :id RETURNING company_name"
)


def remove_client(uow: UnitOfWork, client_id: uuid.UUID) -> None:
    """Delete the client's record; the caller holds its lock and publishes."""
    uow.session.execute(_REMOVE, {"id": client_id})


def set_version(uow: UnitOfWork, client_id: uuid.UUID, version: int, at: datetime) -> str:
    """Go on from a version that the client has come to otherwise than by a change of its record,
    as while it was away; returns its name."""
    given = {"id": client_id, "version": version, "at": at}
    name: str = uow.session.execute(_SET_VERSION, given).scalar_one()
    return name
