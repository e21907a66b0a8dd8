"""Making a client in one go."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Row, TextClause, text

from services.clients.records import events
from services.clients.records.errors import DuplicateClient, InvalidClient
from services.clients.records.models.json_rows import (
    CONTACT_COLUMNS,
    RATE_COLUMNS,
    client_row,
    contact_rows,
    key_rows,
    rate_rows,
    words_of,
)
from services.clients.records.models.record import COLUMNS, DEFAULTS, Client, Record, client_of
from services.clients.records.operations import rows
from services.clients.records.operations.codes import taken
from services.clients.records.operations.stored_values import (
    Context,
    Defaults,
    ElementPatch,
    columns_of,
    contacts_of,
    note_findings,
    rates_of,
)
from services.clients.records.operations.suggesting import CodesToTry
from services.clients.records.queries.codes import code_holder
from services.clients.records.queries.duplicates import CANDIDATES, MOST_TOLD
from services.clients.records.rules import elements
from services.clients.records.rules.search_text import sort_name
from shared.clock import now
from shared.ids import uuid7
from shared.unit_of_work import UnitOfWork
from shared.values.findings import Findings
from shared.values.folding import FOLDING

_EMPTY = dict.fromkeys(COLUMNS) | DEFAULTS

# Nobody has the keys who is not told here: whoever makes a client of the same ones is waited for.
_ALIKE = """
    alike AS MATERIALIZED (
        SELECT * FROM clients_alike(CAST(:keys AS jsonb), CAST(:candidates AS int), true)
    ), unlike AS (SELECT WHERE NOT EXISTS (SELECT FROM alike))
"""
# The code that the caller wants: whoever else wants it is waited for.
_WANTED = """
    free AS (SELECT CAST(:codes AS text[]) AS codes FROM unlike),
    claimed AS (
        INSERT INTO client_codes (workspace_id, code, client_id)
        SELECT CAST(:workspace_id AS uuid), codes[1], CAST(:id AS uuid) FROM free
        ON CONFLICT DO NOTHING RETURNING code
    )
"""
# The first of the codes that nobody holds and nobody is about to: of many who are given codes
# at once none waits for another. OFFSET keeps the lock from being tried on more than is needed.
_SUGGESTED = """
    free AS (
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
    )
"""
_NO_CODE = "free AS (SELECT), claimed AS (SELECT CAST(NULL AS text) AS code FROM unlike)"

# Everything in one statement: the client, its contacts, rates and words come into being only
# where the code was claimed, and each set of rows travels as one JSON value.
# What the workspace lends, country and currency, is filled in here as well.
_INSERT = """
    WITH {alike}, {code}, made AS (
        INSERT INTO clients ({clients}) SELECT {client_values} FROM workspaces w, claimed,
        jsonb_populate_record(
            NULL::clients, CAST(:client AS jsonb) || jsonb_build_object('client_code', code)) r
    ), words_made AS (
        INSERT INTO client_search (client_id, workspace_id, folding, sort_name, words)
        SELECT CAST(:id AS uuid), CAST(:workspace_id AS uuid), {folding}, :sort_name,
               concat(CAST(:words AS text), ' ''' || lower(code) || '''')::tsvector
        FROM claimed
    ), keys_made AS ({keys}, claimed), contacts_made AS (
        INSERT INTO contacts ({contacts}) SELECT {contact_values} FROM claimed,
        jsonb_populate_recordset(NULL::contacts, CAST(:contacts AS jsonb)) r
    ), rates_made AS (
        INSERT INTO rates ({rates}) SELECT {rate_values} FROM workspaces w, claimed,
        jsonb_populate_recordset(NULL::rates, CAST(:rates AS jsonb)) r
    )
    SELECT (SELECT count(*) FROM free) AS free, count(*) AS made, min(code) AS code,
           min(w.country) AS country, min(w.currency) AS currency, {candidates}
    FROM claimed, workspaces w
"""


def _insert(code: str) -> TextClause:
    names = {"clients": COLUMNS, "contacts": CONTACT_COLUMNS, "rates": RATE_COLUMNS}
    listed = {name: ", ".join(columns) for name, columns in names.items()}
    values = {f"{name[:-1]}_values": rows.values_of(columns) for name, columns in names.items()}
    parts = {"alike": _ALIKE, "code": code, "keys": rows.PUT_KEYS, "candidates": CANDIDATES}
    parts |= {"folding": str(FOLDING)}
    return text(_INSERT.format(**parts, **listed, **values))


_INSERT_WANTED, _INSERT_SUGGESTED = _insert(_WANTED), _insert(_SUGGESTED)
_INSERT_WITHOUT = _insert(_NO_CODE)


def check_new_client(
    uow: UnitOfWork,
    values: Mapping[str, Any],
    findings: Findings,
    defaults: Defaults | None = None,
) -> None:
    """Add to the findings what stands against a client of these values, as far as it can be
    known before it is made."""
    context = Context(findings, uow.vault, defaults or Defaults(uow))
    _note_if_taken(uow, context, prepare_client(uow, context, values, uuid7()).client)


def create_client(
    uow: UnitOfWork,
    values: Mapping[str, Any],
    findings: Findings | None = None,
    client_id: uuid.UUID | None = None,
    *,
    names_duplicates: bool = False,
) -> Record:
    """A client with its contacts and rates, at version 1.

    Without a code it is given the first free one that suits its name; None only where all
    17,576 are taken. Raises `InvalidClient` with every wrong field, those already found
    included, `DuplicateClient` unless `values["allow_duplicate"]`, and `InternalClientExists`.
    """
    context = Context(findings or Findings(), uow.vault, Defaults(uow))
    record = prepare_client(uow, context, values, client_id or uuid7())
    if context.findings.errors:
        _note_if_taken(uow, context, record.client)
        raise InvalidClient(errors=context.findings.errors)
    candidates = 0 if values.get("allow_duplicate") else MOST_TOLD
    outcome = _insert_client(uow, record, candidates)
    if outcome.alike:
        raise DuplicateClient(outcome.alike, names_them=names_duplicates)
    if not outcome.made:
        wrong = taken(uow, record.client.client_code or "", record.client.company_name)
        raise InvalidClient(errors=[wrong.at("client_code")])
    complete(record, outcome)
    uow.publish(events.client_created(record))
    return record


def prepare_client(
    uow: UnitOfWork, context: Context, values: Mapping[str, Any], client_id: uuid.UUID
) -> Record:
    """A client as it would be made; what is wrong with it is in the context's findings."""
    at = now()
    columns = {**_EMPTY, **columns_of(context, values), "version": 1}
    columns.update(id=client_id, workspace_id=uow.workspace_id, created_at=at, updated_at=at)
    columns["sort_name"] = sort_name(columns["company_name"] or "")
    client = client_of(columns.values())
    contacts = ElementPatch(values.get("contacts") or (), path="contacts[{}]".format)
    rates = ElementPatch(values.get("rates") or (), path="rates[{}]".format)
    record = Record(client, contacts_of(context, contacts, columns), rates_of(context, rates))
    note_findings(context, elements.contact_findings(record.contacts), contacts.path)
    note_findings(context, elements.rate_findings(record.rates), rates.path)
    return record


def _note_if_taken(uow: UnitOfWork, context: Context, client: Client) -> None:
    """A request that is wrong elsewhere is told of a taken code as well."""
    code = client.client_code
    if code is not None and code_holder(uow.session, code) is not None:
        context.findings.add("client_code", taken(uow, code, client.company_name or ""))


def complete(record: Record, outcome: Row[Any]) -> None:
    """Put on the record what the statement that made it has chosen for it."""
    record.client.client_code = outcome.code
    record.client.country = record.client.country or outcome.country
    for rate in record.rates:
        rate["currency"] = rate["currency"] or outcome.currency


def _insert_client(uow: UnitOfWork, record: Record, candidates: int) -> Row[Any]:
    values = {**_values(record), "candidates": candidates}
    wanted = record.client.client_code
    if wanted is None:
        return _insert_with_suggested_code(uow, record.client, values)
    return rows.execute(uow, _INSERT_WANTED, {**values, "codes": [wanted]}).one()


def _insert_with_suggested_code(
    uow: UnitOfWork, client: Client, values: Mapping[str, Any]
) -> Row[Any]:
    to_try = CodesToTry(uow.workspace_id, client.company_name)
    for codes in to_try:
        outcome = _insert_with_one_of(uow, {**values, "codes": codes})
        if outcome.made:
            to_try.found(codes, outcome.code)
        if outcome.made or outcome.alike:
            return outcome
    return rows.execute(uow, _INSERT_WITHOUT, values).one()


def _insert_with_one_of(uow: UnitOfWork, values: Mapping[str, Any]) -> Row[Any]:
    """Again, where a code was free and then claimed by someone who asked for it by name."""
    while True:
        outcome = rows.execute(uow, _INSERT_SUGGESTED, values).one()
        if outcome.made or not outcome.free:
            return outcome


def _values(record: Record) -> dict[str, Any]:
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
