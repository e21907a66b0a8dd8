"""Reading the record: one client, the list, and which codes are free."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from sqlalchemy import (
    JSON,
    column,
    func,
    select,
    text,
)
from sqlalchemy.orm import Session

from services.clients.records.absence import absent
from services.clients.records.models import (
    COLUMNS,
    Client,
    ContactData,
    RateData,
    Record,
    client_of,
)
from services.clients.records.rules.codes import suggestions

#: Suggestions that are looked up before all codes of the workspace are read.
_FIRST_CODES = 60

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


# With the columns told, their description is worked out once instead of for every row read.
TYPED = [Client.__table__.c[name] for name in COLUMNS]
_GET = text(f"SELECT {SELECTED}, {CHILDREN} FROM clients c WHERE c.id = :id").columns(
    *TYPED, column("contacts", JSON), column("rates", JSON)
)
_GET_MANY = text(
    f"SELECT {SELECTED}, {CHILDREN} FROM clients c "
    "WHERE c.id = ANY(CAST(:ids AS uuid[])) ORDER BY c.id"
).columns(*TYPED, column("contacts", JSON), column("rates", JSON))
_GET_CHILDREN = text(f"SELECT {CHILDREN} FROM clients c WHERE c.id = :id")
_DEFAULTS = text("SELECT country, currency FROM workspaces")
_TAKEN = text("SELECT code FROM client_codes WHERE code = ANY(CAST(:codes AS text[]))")
_ALL_TAKEN = text("SELECT code FROM client_codes")
_HOLDER = text(
    """
    SELECT k.client_id, k.frozen_at, c.company_name
    FROM client_codes k LEFT JOIN clients c ON c.id = k.client_id WHERE k.code = :code
    """
)


def get_client(session: Session, client_id: uuid.UUID) -> Record:
    """The client with its contacts and rates; raises `ClientNotFound`."""
    row = session.execute(_GET, {"id": client_id}).one_or_none()
    if row is None:
        raise absent(session, client_id)
    *values, contacts, rates = row
    return Record(client_of(values), contacts, rates)


def get_clients(session: Session, client_ids: Sequence[uuid.UUID]) -> list[Record]:
    """Those of the clients that there are, with contacts and rates, in the order of their ids."""
    found = session.execute(_GET_MANY, {"ids": list(client_ids)})
    return [Record(client_of(values), contacts, rates) for *values, contacts, rates in found]


def get_children(
    session: Session, client_id: uuid.UUID
) -> tuple[list[ContactData], list[RateData]]:
    """A client's contacts and rates."""
    contacts, rates = session.execute(_GET_CHILDREN, {"id": client_id}).one()
    return contacts, rates


def workspace_defaults(session: Session) -> tuple[str, str]:
    """The country and the currency of the workspace."""
    country, currency = session.execute(_DEFAULTS).one()
    return country, currency


def free_codes(session: Session, name: str, count: int) -> list[str]:
    """Codes that suit the name and that nobody holds, the best first."""
    first = list(islice(suggestions(name), _FIRST_CODES))
    taken = set(session.scalars(_TAKEN, {"codes": first}))
    found = [code for code in first if code not in taken][:count]
    return found if len(found) == count else _free_of_all(session, name, count)


def _free_of_all(session: Session, name: str, count: int) -> list[str]:
    taken = set(session.scalars(_ALL_TAKEN))
    free: Iterator[str] = (code for code in suggestions(name) if code not in taken)
    return list(islice(free, count))


@dataclass(frozen=True, slots=True)
class CodeHolder:
    """Whose code it is; `company_name` is None once the client is deleted."""

    client_id: uuid.UUID
    is_frozen: bool
    company_name: str | None


def code_holder(session: Session, code: str) -> CodeHolder | None:
    """Who holds a code in this workspace; None if nobody does."""
    row = session.execute(_HOLDER, {"code": code}).one_or_none()
    if row is None:
        return None
    return CodeHolder(row.client_id, row.frozen_at is not None, row.company_name)


def workspaces_to_reindex(session: Session) -> Sequence[uuid.UUID]:
    """Every workspace with a client whose words are of an older folding."""
    return session.scalars(select(func.workspaces_to_reindex())).all()


def require_client(session: Session, client_id: uuid.UUID) -> None:
    """Raise why not, unless the client is in the session's workspace."""
    if session.scalar(select(Client.id).where(Client.id == client_id)) is None:
        raise absent(session, client_id)
