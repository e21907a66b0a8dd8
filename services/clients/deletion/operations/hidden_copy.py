"""A hidden client: its rows, sealed, for as long as its deletion can be undone.

They leave their tables at once, so that nothing anywhere has to ask whether a row is meant to
be seen. PostgreSQL turns them into JSON and back, so no value passes through a float.
"""

from __future__ import annotations

import uuid

import orjson
from sqlalchemy import text

from services.clients.records.operations.rows import execute
from shared.unit_of_work import UnitOfWork

_CONTEXT = "lifecycle.archive"

# Whatever refers to a client goes with it; a table that is added is found by its foreign key.
_CHILDREN = text(
    """
    SELECT conrelid::regclass::text AS name FROM pg_constraint
    WHERE confrelid = 'clients'::regclass AND contype = 'f'
      AND conrelid::regclass::text <> ALL (:left_out) ORDER BY 1
    """
)
# How an import found the client: once it was hidden, that import is not taken back any more.
_LEFT_OUT = ["job_rows_before"]
_COLUMNS = text(
    """
    SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) FROM pg_attribute
    WHERE attrelid = CAST(:table AS regclass) AND attnum > 0
      AND NOT attisdropped AND attgenerated = ''
    """
)
_DRAFTS = "SELECT id FROM invoices WHERE client_id = :id AND number IS NULL"
# Drafts have no foreign key to their client, as the invoices made of them outlive it.
_OTHERS = {
    "invoices": f"id IN ({_DRAFTS})",
    "invoice_lines": f"invoice_id IN ({_DRAFTS})",
}


def put_away(uow: UnitOfWork, client_id: uuid.UUID) -> bytes:
    """The client with all that a deletion takes along, sealed; nothing is removed here."""
    tables = {"clients": "id = :id"}
    tables |= dict.fromkeys(
        uow.session.scalars(_CHILDREN, {"left_out": _LEFT_OUT}), "client_id = :id"
    )
    parts = " UNION ALL ".join(
        f"SELECT '{name}' AS name, jsonb_agg(to_jsonb(t)) AS rows FROM {name} t WHERE {condition}"
        for name, condition in (tables | _OTHERS).items()
    )
    whole = text(f"SELECT CAST(jsonb_object_agg(name, rows) AS text) FROM ({parts}) AS part")
    return uow.vault.encrypt(str(uow.session.scalar(whole, {"id": client_id})), _CONTEXT)


def bring_back(uow: UnitOfWork, kept: bytes) -> None:
    """Put every row back where it was."""
    whole = uow.vault.decrypt(kept, _CONTEXT).decode()
    tables = [name for name, rows in orjson.loads(whole).items() if rows]
    for table in sorted(tables, key=_place):
        columns = uow.session.scalar(_COLUMNS, {"table": table})
        execute(
            uow,
            text(
                f"INSERT INTO {table} ({columns}) OVERRIDING SYSTEM VALUE SELECT {columns} "
                f"FROM jsonb_populate_recordset(NULL::{table}, CAST(:whole AS jsonb) -> :table)"
            ),
            {"whole": whole, "table": table},
        )


def _place(table: str) -> tuple[int, str]:
    """What is referred to comes before what refers to it."""
    first = {"clients": 0, "invoice_lines": 2}
    return first.get(table, 1), table
