"""Rows as the statements take them: JSON for what is inserted, sets of rows in one go."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from sqlalchemy import CursorResult, TextClause
from sqlalchemy.exc import IntegrityError

from services.clients.records.errors import InternalClientExists
from shared.unit_of_work import UnitOfWork

# What the workspace `w` lends where a new row `r` has none of its own.
_LENT = {column: f"coalesce(r.{column}, w.{column})" for column in ("country", "currency")}

#: Writes the keys `k` of clients.
PUT_KEYS = """
    INSERT INTO client_keys
    SELECT k.* FROM jsonb_populate_recordset(NULL::client_keys, CAST(:keys AS jsonb)) k
"""
#: Puts them in the place of those that the clients have.
REPLACE_KEYS = f"""
    {PUT_KEYS} ON CONFLICT (client_id) DO UPDATE SET
        name_key = excluded.name_key, website_host = excluded.website_host,
        email_domain = excluded.email_domain, tax_id_hash = excluded.tax_id_hash
"""


def values_of(columns: Iterable[str]) -> str:
    """The values of new rows `r` as SQL, in a statement that has the workspace as `w`."""
    return ", ".join(_LENT.get(column, f"r.{column}") for column in columns)


def execute(uow: UnitOfWork, statement: TextClause, values: Mapping[str, Any]) -> CursorResult[Any]:
    """Carry out a write; raises as `one_internal_client`."""
    with one_internal_client():
        return uow.connection.execute(statement, values)


@contextmanager
def one_internal_client() -> Iterator[None]:
    """Raises `InternalClientExists` where that rule of the table stops a write."""
    try:
        yield
    except IntegrityError as error:
        if "uq_clients_active_internal" in str(error.orig):
            raise InternalClientExists from error
        raise
