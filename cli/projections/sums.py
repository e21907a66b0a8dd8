"""The kept sums of invoices held against the invoices, to the cent."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row, text

from cli.projections.databases import Engines, snapshot
from cli.projections.report import Difference

_NUMBERS = ("invoices", "total", "amount_paid", "amount_credited")
_COUNTED = text(
    """
    SELECT workspace_id, status, currency, issued_on,
           CASE WHEN status IN ('issued', 'partially_paid') THEN due_on END AS due,
           count(*) AS invoices, sum(total) AS total, sum(amount_paid) AS amount_paid,
           sum(amount_credited) AS amount_credited
    FROM invoices GROUP BY workspace_id, status, currency, issued_on, due
    """
)
_KEPT = text(
    """
    SELECT workspace_id, status, currency, issued_on, due_on AS due,
           sum(invoices) AS invoices, sum(total) AS total, sum(amount_paid) AS amount_paid,
           sum(amount_credited) AS amount_credited
    FROM invoice_sums GROUP BY workspace_id, status, currency, issued_on, due
    """
)

Sums = dict[tuple[Any, ...], tuple[Any, ...]]
_NOTHING = (0, 0, 0, 0)


def compare_sums(engines: Engines) -> tuple[int, list[Difference]]:
    """How many invoices were summed up, and which sums are not what they come to."""
    with snapshot(engines("clients")) as connection:
        counted, kept = _sums(connection, _COUNTED), _sums(connection, _KEPT)
    keys = counted.keys() | kept.keys()
    found = [
        Difference(_told(key), name, str(expected), str(found))
        for key in keys
        for name, expected, found in zip(
            _NUMBERS, counted.get(key, _NOTHING), kept.get(key, _NOTHING), strict=True
        )
        if expected != found
    ]
    return sum(invoices for invoices, *_ in counted.values()), sorted(found)


def _sums(connection: Connection, statement: Any) -> Sums:
    return {_key(row): tuple(row[5:]) for row in connection.execute(statement)}


def _key(row: Row[Any]) -> tuple[Any, ...]:
    return tuple(row[:5])


def _told(key: tuple[Any, ...]) -> str:
    workspace, status, currency, issued, due = key
    days = "".join(f", {word} {day}" for word, day in (("of", issued), ("due", due)) if day)
    return f"workspace {workspace}: {status} in {currency}{days}"
