"""The statements that make clients, each with the parameters it takes.

All of a client comes into being in one statement, and only where its code was claimed: the
client, its contacts, rates, keys and words. Each set of rows travels as one JSON value. What the
workspace lends, country and currency, is filled in there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import orjson
from sqlalchemy import CursorResult, text

from services.clients.records.errors import one_internal_client
from services.clients.records.models.json_rows import (
    client_row,
    contact_rows,
    key_rows,
    rate_rows,
    words_of,
)
from services.clients.records.models.record import COLUMNS, Record
from services.clients.records.queries.duplicates import CANDIDATES
from shared.unit_of_work import UnitOfWork
from shared.values.folding import FOLDING

_COLUMNS = ", ".join(COLUMNS)
_VALUES = ", ".join(
    "coalesce(r.country, w.country)" if name == "country" else f"r.{name}" for name in COLUMNS
)

# Makes one client, unless there are others like it. Nobody who makes one of the same keys at the
# same time goes unnoticed: whoever has them first is waited for. `{claim}` chooses the code.
_INSERT = f"""
WITH alike AS MATERIALIZED (
    SELECT * FROM clients_alike(CAST(:looked_for AS jsonb), CAST(:candidates AS int), true)
), unlike AS (
    SELECT WHERE NOT EXISTS (SELECT FROM alike)
), {{claim}}, made AS (
    INSERT INTO clients ({_COLUMNS})
    SELECT {_VALUES}
    FROM workspaces w, claimed, jsonb_populate_record(
        NULL::clients, CAST(:client AS jsonb) || jsonb_build_object('client_code', code)) r
), words_made AS (
    INSERT INTO client_search (client_id, workspace_id, folding, sort_name, words)
    SELECT CAST(:id AS uuid), CAST(:workspace_id AS uuid), {FOLDING}, :sort_name,
           concat(CAST(:words AS text), ' ''' || lower(code) || '''')::tsvector
    FROM claimed
), keys_made AS (
    INSERT INTO client_keys
    SELECT k.* FROM jsonb_populate_recordset(NULL::client_keys, CAST(:keys AS jsonb)) k, claimed
), contacts_made AS (
    INSERT INTO contacts (client_id, id, workspace_id, name, email, email_key, phone, title, roles)
    SELECT r.client_id, r.id, r.workspace_id, r.name, r.email, r.email_key, r.phone, r.title,
           r.roles
    FROM claimed, jsonb_populate_recordset(NULL::contacts, CAST(:contacts AS jsonb)) r
), rates_made AS (
    INSERT INTO rates (client_id, id, workspace_id, position, regular_rate, overtime_rate,
                       currency, valid_from, valid_until)
    SELECT r.client_id, r.id, r.workspace_id, r.position, r.regular_rate, r.overtime_rate,
           coalesce(r.currency, w.currency), r.valid_from, r.valid_until
    FROM workspaces w, claimed,
         jsonb_populate_recordset(NULL::rates, CAST(:rates AS jsonb)) r
)
SELECT (SELECT count(*) FROM free) AS free, count(*) AS made, min(code) AS code,
       min(w.country) AS country, min(w.currency) AS currency, {CANDIDATES}
FROM claimed, workspaces w
"""

#: With the first of `codes`, which the caller wants: whoever else wants it is waited for.
INSERT_WITH_WANTED_CODE = text(
    _INSERT.format(
        claim="""free AS (
    SELECT CAST(:codes AS text[]) AS codes FROM unlike
), claimed AS (
    INSERT INTO client_codes (workspace_id, code, client_id)
    SELECT CAST(:workspace_id AS uuid), codes[1], CAST(:id AS uuid) FROM free
    ON CONFLICT DO NOTHING RETURNING code
)"""
    )
)
#: With the first of `codes` that nobody holds and nobody is about to: of many who are given codes
#: at once none waits for another. OFFSET keeps the lock from being tried on more than is needed.
INSERT_WITH_SUGGESTED_CODE = text(
    _INSERT.format(
        claim="""free AS (
    SELECT code FROM (
        SELECT u.code
        FROM unlike, unnest(CAST(:codes AS text[])) WITH ORDINALITY AS u (code, place)
        WHERE NOT EXISTS (SELECT FROM client_codes t
                          WHERE t.workspace_id = :workspace_id AND t.code = u.code)
        ORDER BY u.place OFFSET 0
    ) untaken
    WHERE pg_try_advisory_xact_lock(hashtextextended(:workspace_id || code, 1))
    LIMIT 1
), claimed AS (
    INSERT INTO client_codes (workspace_id, code, client_id)
    SELECT CAST(:workspace_id AS uuid), free.code, CAST(:id AS uuid) FROM free
    ON CONFLICT DO NOTHING RETURNING code
)"""
    )
)
#: Without a code.
INSERT_WITHOUT_CODE = text(
    _INSERT.format(
        claim="free AS (SELECT), claimed AS (SELECT CAST(NULL AS text) AS code FROM unlike)"
    )
)

#: Makes many clients; one whose code somebody else has got first is not made. Codes are claimed
#: in their order, so that two who want the same ones never wait for each other in a circle.
INSERT_MANY = text(
    f"""
    WITH given AS (
        SELECT * FROM jsonb_populate_recordset(NULL::clients, CAST(:clients AS jsonb))
    ), claimed AS (
        INSERT INTO client_codes (workspace_id, code, client_id)
        SELECT workspace_id, client_code, id FROM given
        WHERE client_code IS NOT NULL ORDER BY client_code
        ON CONFLICT DO NOTHING RETURNING client_id
    ), r AS (
        SELECT * FROM given
        WHERE client_code IS NULL OR id IN (SELECT client_id FROM claimed)
    ), made AS (
        INSERT INTO clients ({_COLUMNS}) SELECT {_VALUES} FROM r, workspaces w
    ), words_made AS (
        INSERT INTO client_search (client_id, workspace_id, folding, sort_name, words)
        SELECT r.id, r.workspace_id, {FOLDING}, r.sort_name, x.words::tsvector
        FROM jsonb_to_recordset(CAST(:words AS jsonb)) AS x (client_id uuid, words text)
        JOIN r ON r.id = x.client_id
    ), keys_made AS (
        INSERT INTO client_keys
        SELECT k.* FROM jsonb_populate_recordset(NULL::client_keys, CAST(:keys AS jsonb)) k
        WHERE k.client_id IN (SELECT id FROM r)
    ), contacts_made AS (
        INSERT INTO contacts (client_id, id, workspace_id, name, email, email_key, phone, title,
                              roles)
        SELECT x.client_id, x.id, x.workspace_id, x.name, x.email, x.email_key, x.phone, x.title,
               x.roles
        FROM jsonb_populate_recordset(NULL::contacts, CAST(:contacts AS jsonb)) x
        WHERE x.client_id IN (SELECT id FROM r)
    ), rates_made AS (
        INSERT INTO rates (client_id, id, workspace_id, position, regular_rate, overtime_rate,
                           currency, valid_from, valid_until)
        SELECT x.client_id, x.id, x.workspace_id, x.position, x.regular_rate, x.overtime_rate,
               coalesce(x.currency, w.currency), x.valid_from, x.valid_until
        FROM jsonb_populate_recordset(NULL::rates, CAST(:rates AS jsonb)) x, workspaces w
        WHERE x.client_id IN (SELECT id FROM r)
    )
    SELECT r.id, r.client_code AS code, w.country, w.currency FROM r, workspaces w
    """
)


def execute(uow: UnitOfWork, statement: Any, parameters: dict[str, Any]) -> CursorResult[Any]:
    """Carry out one of them; raises `InternalClientExists`."""
    with one_internal_client():
        return uow.connection.execute(statement, parameters)


def parameters_of_one(record: Record) -> dict[str, Any]:
    """What each `INSERT_WITH…` takes of a client, beside `codes`, `candidates` and the keys that
    are `looked_for`."""
    client = record.client
    return {
        "id": client.id,
        "workspace_id": client.workspace_id,
        "sort_name": client.sort_name,
        "words": words_of(record),
        "client": client_row(client),
        "keys": key_rows([client]),
        "contacts": contact_rows(client, record.contacts),
        "rates": rate_rows(client, record.rates),
    }


def parameters_of_many(records: Sequence[Record]) -> dict[str, str]:
    """What `INSERT_MANY` takes of clients."""
    words = [{"client_id": record.id, "words": words_of(record)} for record in records]
    return {
        "clients": _array(client_row(record.client) for record in records),
        "words": orjson.dumps(words).decode(),
        "keys": key_rows(record.client for record in records),
        "contacts": _together(records, lambda it: contact_rows(it.client, it.contacts)),
        "rates": _together(records, lambda it: rate_rows(it.client, it.rates)),
    }


def _array(items: Iterable[str]) -> str:
    return f"[{','.join(items)}]"


def _together(records: Sequence[Record], rows: Callable[[Record], str]) -> str:
    """The lists of all records as one list."""
    return _array(inner for record in records if (inner := rows(record)[1:-1]))
