"""Words, keys and sort names of clients made anew, where they are of an older folding.

Batch by batch: what is left to do stands in the rows, so a run may end anywhere.
"""

from __future__ import annotations

from typing import Any

import orjson
from sqlalchemy import text

from services.clients.records.models.json_rows import key_rows, words_of
from services.clients.records.models.record import TAX_ID_CONTEXT, Client, Record
from services.clients.records.queries import clients
from services.clients.records.rules.search_text import sort_name
from services.clients.values import tax_ids
from shared.unit_of_work import UnitOfWork
from shared.values.folding import FOLDING

#: Clients of one transaction, which are locked for as long.
BATCH = 200

# Whoever is being changed right now has its turn later.
_NEXT = text(
    f"""
    SELECT c.id FROM clients c JOIN client_search s ON s.client_id = c.id
    WHERE s.folding < {FOLDING} ORDER BY c.id LIMIT :batch FOR UPDATE OF c SKIP LOCKED
    """
)
_PUT_KEYS = """
    INSERT INTO client_keys
    SELECT k.* FROM jsonb_populate_recordset(NULL::client_keys, CAST(:keys AS jsonb)) k
    ON CONFLICT (client_id) DO UPDATE SET
        name_key = excluded.name_key, website_host = excluded.website_host,
        email_domain = excluded.email_domain, tax_id_hash = excluded.tax_id_hash
"""
_WRITE = text(
    f"""
    WITH made AS (
        SELECT * FROM jsonb_to_recordset(CAST(:made AS jsonb)) AS it(
            id uuid, words text, sort_name text, tax_id_hash bytea)
    ), keys_put AS ({_PUT_KEYS}), sorted AS (
        UPDATE clients c SET sort_name = made.sort_name, tax_id_hash = made.tax_id_hash FROM made
        WHERE c.id = made.id AND (c.sort_name, c.tax_id_hash)
            IS DISTINCT FROM (made.sort_name, made.tax_id_hash)
    )
    UPDATE client_search s SET words = made.words::tsvector, sort_name = made.sort_name,
        folding = {FOLDING}
    FROM made WHERE s.client_id = made.id
    """
)


def reindex_some(uow: UnitOfWork) -> int:
    """Make a batch of the workspace anew; returns how many clients that were."""
    ids = uow.session.scalars(_NEXT, {"batch": BATCH}).all()
    if ids:
        records = clients.get_clients(uow.session, ids)
        for record in records:
            record.client.tax_id_hash = _hash(uow, record.client)
        made = orjson.dumps([_made(record) for record in records]).decode()
        keys = key_rows(record.client for record in records)
        uow.session.execute(_WRITE, {"made": made, "keys": keys})
    return len(ids)


def _made(record: Record) -> dict[str, Any]:
    words, name = words_of(record), sort_name(record.client.company_name)
    digest = record.client.tax_id_hash
    hidden = None if digest is None else f"\\x{digest.hex()}"
    return {"id": record.id, "words": words, "sort_name": name, "tax_id_hash": hidden}


def _hash(uow: UnitOfWork, client: Client) -> bytes | None:
    """Of the number that is sealed, as it is compared by now."""
    if client.tax_id is None:
        return None
    written = uow.vault.decrypt(client.tax_id, TAX_ID_CONTEXT).decode()
    return uow.vault.keyed_hash(tax_ids.stored_key(written, client.country), TAX_ID_CONTEXT)
