"""Making many clients at once: one statement for all of them, an event for each."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import orjson
from sqlalchemy import text

from services.clients.records import events
from services.clients.records.models.json_rows import (
    CONTACT_COLUMNS,
    RATE_COLUMNS,
    client_row,
    contact_rows,
    key_rows,
    rate_rows,
    words_of,
)
from services.clients.records.models.record import COLUMNS, Record
from services.clients.records.operations import rows
from services.clients.records.operations.creating import complete, prepare_client
from services.clients.records.operations.stored_values import Context, Defaults
from shared.ids import uuid7
from shared.unit_of_work import UnitOfWork
from shared.values.findings import Findings
from shared.values.folding import FOLDING

# A client whose code somebody else has got first is not made. Codes are claimed in their
# order, so that two who want the same ones never wait for each other in a circle.
_INSERT = text(
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
        INSERT INTO clients ({", ".join(COLUMNS)})
        SELECT {rows.values_of(COLUMNS)} FROM r, workspaces w
    ), words_made AS (
        INSERT INTO client_search (client_id, workspace_id, folding, sort_name, words)
        SELECT r.id, r.workspace_id, {FOLDING}, r.sort_name, x.words::tsvector
        FROM jsonb_to_recordset(CAST(:words AS jsonb)) AS x (client_id uuid, words text)
        JOIN r ON r.id = x.client_id
    ), keys_made AS ({rows.PUT_KEYS} WHERE k.client_id IN (SELECT id FROM r)), contacts_made AS (
        INSERT INTO contacts ({", ".join(CONTACT_COLUMNS)})
        SELECT {", ".join(f"x.{column}" for column in CONTACT_COLUMNS)}
        FROM jsonb_populate_recordset(NULL::contacts, CAST(:contacts AS jsonb)) x
        WHERE x.client_id IN (SELECT id FROM r)
    ), rates_made AS (
        INSERT INTO rates ({", ".join(RATE_COLUMNS)})
        SELECT {rows.values_of(RATE_COLUMNS)}
        FROM jsonb_populate_recordset(NULL::rates, CAST(:rates AS jsonb)) r, workspaces w
        WHERE r.client_id IN (SELECT given.id FROM given
                              WHERE client_code IS NULL OR id IN (SELECT client_id FROM claimed))
    )
    SELECT r.id, r.client_code AS code, w.country, w.currency FROM r, workspaces w
    """
)


def prepare_many(
    uow: UnitOfWork, bodies: Sequence[tuple[Mapping[str, Any], Findings]]
) -> list[Record]:
    """Clients as they would be made, each with what is wrong in its findings.

    None is given a code that it was not sent with.
    """
    defaults = Defaults(uow)
    return [
        prepare_client(uow, Context(findings, uow.vault, defaults), values, uuid7())
        for values, findings in bodies
    ]


def create_clients(uow: UnitOfWork, records: Sequence[Record]) -> set[uuid.UUID]:
    """Make what `prepare_many` found nothing wrong with; returns the ids of those made.

    The others' codes were taken in between. Raises `InternalClientExists`, and whatever an
    event of one of them raises.
    """
    if not records:
        return set()
    outcomes = {outcome.id: outcome for outcome in rows.execute(uow, _INSERT, _sent(records))}
    for record in records:
        if record.id in outcomes:
            complete(record, outcomes[record.id])
            uow.publish(events.client_created(record))
    return set(outcomes)


def _sent(records: Sequence[Record]) -> dict[str, str]:
    words = [{"client_id": record.id, "words": words_of(record)} for record in records]
    return {
        "clients": _array(client_row(record.client) for record in records),
        "words": orjson.dumps(words).decode(),
        "keys": key_rows(record.client for record in records),
        "contacts": _together(records, lambda it: contact_rows(it.client, it.contacts)),
        "rates": _together(records, lambda it: rate_rows(it.client, it.rates)),
    }


def _array(items: Any) -> str:
    return f"[{','.join(items)}]"


def _together(records: Sequence[Record], listed: Callable[[Record], str]) -> str:
    """The lists of all records as one list."""
    return _array(inner for record in records if (inner := listed(record)[1:-1]))
