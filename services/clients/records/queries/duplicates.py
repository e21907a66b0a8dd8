"""Clients that have a name, a host, a mail domain or a tax number in common with others."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import TypedDict

import orjson
from sqlalchemy import text
from sqlalchemy.orm import Session

from services.clients.records.models.json_rows import UNTOLD, key_rows
from services.clients.records.models.record import Client
from services.clients.records.queries.missing import why_missing

#: Candidates that are named with a refusal, and where they are asked for.
MOST_REFUSED_WITH = 10
MOST_LISTED = 100

#: Rows `a` of `clients_alike` as JSON, the likest first.
CANDIDATES = """
    (SELECT json_agg(json_build_object(
        'id', a.id, 'company_name', a.company_name, 'client_code', a.client_code,
        'status', a.status, 'matches', a.matches)) FROM alike a) AS alike
"""
_LISTED = text(
    f"""
    WITH k AS (SELECT * FROM client_keys WHERE client_id = :id),
    alike AS (
        SELECT a.* FROM k, clients_alike(
            jsonb_build_array(to_jsonb(k) || CAST(:hidden AS jsonb)), :most, false) a
    )
    SELECT {CANDIDATES} FROM k
    """
)
_LIKE_NEW = text(
    """
    SELECT place, id, company_name, client_code, status, matches
    FROM clients_alike(CAST(:keys AS jsonb), :most, :waits)
    """
)


class Candidate(TypedDict):
    """A client that may be the same as another. `matches`: the fields that say so."""

    id: str
    company_name: str
    client_code: str | None
    status: str
    matches: list[str]


def duplicates_of(session: Session, client_id: uuid.UUID, *, sees_tax_ids: bool) -> list[Candidate]:
    """The clients that are much like one, the likest first; raises `ClientNotFound`."""
    hidden = orjson.dumps({} if sees_tax_ids else UNTOLD).decode()
    given = {"id": client_id, "most": MOST_LISTED, "hidden": hidden}
    found = session.execute(_LISTED, given).one_or_none()
    if found is None:
        raise why_missing(session, client_id)
    return found.alike or []


def like_new(
    session: Session, clients: Sequence[Client], *, waits: bool, sees_tax_ids: bool
) -> dict[uuid.UUID, list[Candidate]]:
    """The clients that are much like new ones, by the id of the new one.

    `waits`: for everyone who is making one of the same keys, who then waits for us.
    """
    keys = key_rows(clients) if sees_tax_ids else key_rows(clients, UNTOLD)
    given = {"keys": keys, "most": MOST_REFUSED_WITH, "waits": waits}
    found: dict[uuid.UUID, list[Candidate]] = {}
    for place, *values in session.execute(_LIKE_NEW, given):
        of_one = found.setdefault(clients[place - 1].id, [])
        of_one.append(_candidate(*values))
    return found


def _candidate(
    client_id: uuid.UUID, company_name: str, code: str | None, status: str, matches: list[str]
) -> Candidate:
    return Candidate(
        id=str(client_id),
        company_name=company_name,
        client_code=code,
        status=status,
        matches=matches,
    )
