"""Words, keys and sort names of clients made anew, where they are of an older folding.

Batch by batch: what is left to do stands in the rows, so a run may end anywhere.
"""

from __future__ import annotations

from typing import Any

import orjson
from sqlalchemy import text

from services.clients.records.models.json_rows import key_rows, words_of
from services.clients.records.models.record import Record
from services.clients.records.operations.change_sets import REPLACE_KEYS
from services.clients.records.queries import clients
from services.clients.records.rules.search_text import sort_name
from shared.unit_of_work import UnitOfWork
from shared.values.folding import FOLDING

#: Clients of one transaction, which are locked for as long.
BATCH = 200

# Whoever is being changed right now gets new words by that, or has its turn later.
_NEXT = text(
    f"""
    SELECT c.id FROM clients c JOIN client_search s ON s.client_id = c.id
    WHERE s.folding < {FOLDING} ORDER BY c.id LIMIT :batch FOR UPDATE OF c SKIP LOCKED
    """
)
_WRITE = text(
    f"""
    WITH made AS (
        SELECT * FROM jsonb_to_recordset(CAST(:made AS jsonb)) AS it(
            id uuid, words text, sort_name text)
    ), keys_put AS ({REPLACE_KEYS}), sorted AS (
        UPDATE clients c SET sort_name = made.sort_name FROM made
        WHERE c.id = made.id AND c.sort_name IS DISTINCT FROM made.sort_name
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
        made = orjson.dumps([_made(record) for record in records]).decode()
        keys = key_rows(record.client for record in records)
        uow.session.execute(_WRITE, {"made": made, "keys": keys})
    return len(ids)


def _made(record: Record) -> dict[str, Any]:
    words, name = words_of(record), sort_name(record.client.company_name)
    return {"id": record.id, "words": words, "sort_name": name}
