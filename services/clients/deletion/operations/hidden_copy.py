"""A hidden client: its rows, sealed, for as long as its deletion can be undone.

They leave their tables at once, so that nothing anywhere has to ask whether a row is meant to
be seen. PostgreSQL turns them into JSON and back, so no value passes through a float.
"""

from __future__ import annotations

import uuid
from typing import Any

import orjson
from sqlalchemy import text

from services.clients.deletion.operations.client_data import CLIENT_DATA
from services.clients.records.errors import one_internal_client
from shared.unit_of_work import UnitOfWork

# What copies were sealed for from the first on: with another word none could be opened.
_CONTEXT = "lifecycle.archive"

# Since a row was put away its table may have been given columns, or a column that was empty a
# value for every row: each takes today's default. Columns that are gone are left out.
_COLUMNS = text(
    """
    SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum),
        string_agg(CASE WHEN attnotnull AND adbin IS NOT NULL
            THEN format('coalesce(%1$I, %2$s)', attname, pg_get_expr(adbin, adrelid))
            ELSE quote_ident(attname) END, ', ' ORDER BY attnum)
    FROM pg_attribute LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
    WHERE attrelid = CAST(:table AS regclass) AND attnum > 0
      AND NOT attisdropped AND attgenerated = '' AND attname = ANY (:put_away)
    """
)


def put_away(uow: UnitOfWork, client_id: uuid.UUID) -> bytes:
    """The client with all that a deletion takes along, sealed; nothing is removed here."""
    parts = " UNION ALL ".join(
        f"SELECT '{name}' AS name, jsonb_agg(to_jsonb(t)) AS rows FROM {name} t WHERE {condition}"
        for name, condition in _tables().items()
    )
    whole = text(f"SELECT CAST(jsonb_object_agg(name, rows) AS text) FROM ({parts}) AS part")
    return uow.vault.encrypt(str(uow.session.scalar(whole, {"id": client_id})), _CONTEXT)


def bring_back(uow: UnitOfWork, kept: bytes) -> None:
    """Put every row back where it was; what is referred to before what refers to it."""
    whole = uow.vault.decrypt(kept, _CONTEXT).decode()
    rows = orjson.loads(whole)
    for table in _tables():
        if rows.get(table):
            _insert(uow, table, [*rows[table][0]], whole)


def _tables() -> dict[str, str]:
    return {name: condition for each in CLIENT_DATA for name, condition in each.tables.items()}


def _insert(uow: UnitOfWork, table: str, put_away: list[str], whole: str) -> None:
    given: dict[str, Any] = {"table": table, "put_away": put_away}
    columns, values = uow.session.execute(_COLUMNS, given).one()
    statement = text(
        f"INSERT INTO {table} ({columns}) OVERRIDING SYSTEM VALUE SELECT {values} "
        f"FROM jsonb_populate_recordset(NULL::{table}, CAST(:whole AS jsonb) -> :table)"
    )
    with one_internal_client():
        uow.connection.execute(statement, {"whole": whole, "table": table})
