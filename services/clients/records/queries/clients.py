"""Reading the record, and the lock that every command of a client begins with."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from sqlalchemy import JSON, column, func, select, text
from sqlalchemy.orm import Session

from services.clients.records.models.record import CLIENTS, COLUMNS, Client, Record, client_of
from services.clients.records.queries.missing import why_missing
from shared.db.pipelining import fetch
from shared.unit_of_work import UnitOfWork

#: A client's contacts and rates as JSON, in the order they were added.
CHILDREN = """
    (SELECT coalesce(json_agg(json_build_object(
        'id', k.id, 'name', k.name, 'email', k.email, 'phone', k.phone, 'title', k.title,
        'roles', k.roles) ORDER BY k.id), '[]') FROM contacts k WHERE k.client_id = c.id)
    AS contacts,
    (SELECT coalesce(json_agg(json_build_object(
        'id', r.id, 'position', r.position, 'regular_rate', r.regular_rate::text,
        'overtime_rate', r.overtime_rate::text, 'currency', r.currency,
        'valid_from', r.valid_from, 'valid_until', r.valid_until) ORDER BY r.id), '[]')
        FROM rates r WHERE r.client_id = c.id) AS rates
"""
SELECTED = ", ".join(f"c.{name}" for name in COLUMNS)


# With the columns given, their description is worked out once instead of for every row read.
TYPED = [CLIENTS.c[name] for name in COLUMNS]
_GET = text(f"SELECT {SELECTED}, {CHILDREN} FROM clients c WHERE c.id = :id").columns(
    *TYPED, column("contacts", JSON), column("rates", JSON)
)
_GET_MANY = text(
    f"SELECT {SELECTED}, {CHILDREN} FROM clients c "
    "WHERE c.id = ANY(CAST(:ids AS uuid[])) ORDER BY c.id"
).columns(*TYPED, column("contacts", JSON), column("rates", JSON))
_GET_CHILDREN = text(f"SELECT {CHILDREN} FROM clients c WHERE c.id = :id")
# Contacts and rates are not read here: a statement that had to wait for the lock sees the
# client as it is now, but everything else as it was when the statement began.
_LOCK = text(f"SELECT {SELECTED} FROM clients c WHERE c.id = :id FOR UPDATE")
_INTERNAL = text(f"SELECT {SELECTED} FROM clients c WHERE c.internal AND c.status = 'active'")
_DEFAULTS = text("SELECT country, currency FROM workspaces")


def get_client(session: Session, client_id: uuid.UUID) -> Record:
    """The client with its contacts and rates; raises `ClientNotFound`."""
    row = session.execute(_GET, {"id": client_id}).one_or_none()
    if row is None:
        raise why_missing(session, client_id)
    *values, contacts, rates = row
    return Record(client_of(values), contacts, rates)


def get_clients(session: Session, client_ids: Sequence[uuid.UUID]) -> list[Record]:
    """Those of the clients that there are, with contacts and rates, in the order of their ids."""
    found = session.execute(_GET_MANY, {"ids": list(client_ids)})
    return [Record(client_of(values), contacts, rates) for *values, contacts, rates in found]


#: A client's contacts and rates, each list under its name.
Children = dict[str, list[Any]]


def get_children(session: Session, client_id: uuid.UUID) -> Children:
    """A client's contacts and rates."""
    return children_of(session.execute(_GET_CHILDREN, {"id": client_id}).one())


def children_of(row: Sequence[Any]) -> Children:
    """As they stand in a row of `CHILDREN`."""
    contacts, rates = row
    return {"contacts": contacts, "rates": rates}


def lock_client(uow: UnitOfWork, client_id: uuid.UUID) -> Client:
    """The client, held until the transaction ends; raises as `why_missing` says.

    Every command of a client begins with it: the order of its events rests on that.
    """
    for row in fetch(uow.connection, _LOCK, {"id": client_id}):
        return client_of(row)
    raise why_missing(uow.session, client_id)


def find_internal_client(session: Session) -> Client | None:
    """The workspace's active internal client, of which there is one at most."""
    row = session.execute(_INTERNAL.columns(*TYPED)).one_or_none()
    return None if row is None else client_of(row)


def workspace_defaults(session: Session) -> tuple[str, str]:
    """The country and the currency of the workspace."""
    country, currency = session.execute(_DEFAULTS).one()
    return country, currency


def workspaces_to_reindex(session: Session) -> Sequence[uuid.UUID]:
    """Every workspace with a client whose words are of an older folding."""
    return session.scalars(select(func.workspaces_to_reindex())).all()


def require_client(session: Session, client_id: uuid.UUID) -> None:
    """Raise why not, unless the client is in the session's workspace."""
    if session.scalar(select(CLIENTS.c.id).where(CLIENTS.c.id == client_id)) is None:
        raise why_missing(session, client_id)
