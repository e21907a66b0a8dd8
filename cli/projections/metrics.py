"""The metrics held against the ledger: every client, every number, to the cent."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, Row, TextClause, text
from sqlalchemy.orm import Session

from cli.projections.databases import Engines, erased_clients, snapshot
from cli.projections.report import Difference
from services.clients.billing.queries.ledger import Days, LedgerEntry, invoice_days, ledger

_NUMBERS = ("active_projects", "invoices_issued", "paid_invoices")
_METRICS = text(
    "SELECT client_id, active_projects, invoices_issued, paid_invoices, total_revenue "
    "FROM client_metrics"
)
# Hidden while their deletion can be undone: their numbers stay as they are.
_HIDDEN = text("SELECT client_id FROM deletions WHERE started_at IS NULL AND undone_at IS NULL")
# What outlives its client: on both sides, per client and currency.
_KEPT_BOOKS = text(
    """
    SELECT client_id, currency, count(*) AS invoices, trim_scale(sum(total)) AS total,
           trim_scale(sum(amount_paid)) AS paid, trim_scale(sum(amount_credited)) AS credited
    FROM invoices AS i
    WHERE number IS NOT NULL AND NOT EXISTS (SELECT FROM clients AS c WHERE c.id = i.client_id)
    GROUP BY client_id, currency
    """
)
_KEPT_FACTS = text(
    """
    SELECT client_id, currency, count(*) AS invoices, trim_scale(sum(total)) AS total,
           trim_scale(sum(amount_paid)) AS paid, trim_scale(sum(amount_credited)) AS credited
    FROM invoice_facts AS f
    WHERE NOT deleted AND EXISTS (
        SELECT FROM erased_clients AS x WHERE x.client_id = f.client_id)
    GROUP BY client_id, currency
    """
)


_DAYS = text(
    """
    SELECT invoice_id, client_id, issued_on, due_on, paid_on FROM invoice_facts
    WHERE NOT deleted AND status NOT IN ('draft', 'void')
    """
)


def compare_metrics(engines: Engines) -> tuple[int, list[Difference]]:
    """How many clients were compared, and what differs.

    A client without a row counts as zeros, since that is what is served for it.
    """
    with snapshot(engines("clients")) as connection, Session(connection) as session:
        books, days = ledger(session), invoice_days(session)
        hidden = set(connection.scalars(_HIDDEN))
        kept_books = _kept(connection, _KEPT_BOOKS)
    with snapshot(engines("metrics")) as connection:
        counted = {row.client_id: row for row in connection.execute(_METRICS)}
        erased = erased_clients(connection)
        facts = {row.invoice_id: row for row in connection.execute(_DAYS)}
        kept_facts = _kept(connection, _KEPT_FACTS)
    found = [*_differing(books, counted), *_left_over(set(counted) - set(books) - hidden, counted)]
    found += _wrongly_erased(erased & set(books))
    found += _days_differing(days, facts)
    found += _kept_differing(kept_books, kept_facts, hidden)
    return len(books), sorted(found)


Kept = dict[tuple[uuid.UUID, str], str]


def _kept(connection: Connection, statement: TextClause) -> Kept:
    """What stands in the books of clients that are gone, by client and currency."""
    return {
        (row.client_id, row.currency): f"{row.invoices} over {row.total:f}, {row.paid:f} paid, "
        f"{row.credited:f} credited"
        for row in connection.execute(statement)
    }


def _kept_differing(books: Kept, facts: Kept, hidden: set[uuid.UUID]) -> Iterator[Difference]:
    for key in books.keys() | facts.keys():
        client_id, currency = key
        expected, found = books.get(key, "none"), facts.get(key, "none")
        if expected != found and client_id not in hidden:
            yield Difference(str(client_id), f"kept invoices in {currency}", expected, found)


def _differing(
    books: Mapping[uuid.UUID, LedgerEntry], counted: Mapping[uuid.UUID, Row[Any]]
) -> Iterator[Difference]:
    nothing = LedgerEntry()
    for client_id, entry in books.items():
        row = counted.get(client_id, nothing)
        for name in _NUMBERS:
            if getattr(entry, name) != getattr(row, name):
                expected, found = str(getattr(entry, name)), str(getattr(row, name))
                yield Difference(str(client_id), name, expected, found)
        if _amounts(entry.total_revenue) != _amounts(row.total_revenue):
            expected, found = _written(entry.total_revenue), _written(row.total_revenue)
            yield Difference(str(client_id), "total_revenue", expected, found)


def _days_differing(
    days: Mapping[uuid.UUID, Days], facts: Mapping[uuid.UUID, Row[Any]]
) -> Iterator[Difference]:
    """Days of invoices that are known on both sides: what is missing shows in the numbers."""
    for invoice_id in days.keys() & facts.keys():
        fact = facts[invoice_id]
        expected, found = days[invoice_id], (fact.issued_on, fact.due_on, fact.paid_on)
        if expected != found:
            about = f"days of invoice {invoice_id} (issued, due, paid)"
            yield Difference(str(fact.client_id), about, _of_days(expected), _of_days(found))


def _of_days(days: Days) -> str:
    return ", ".join("none" if day is None else day.isoformat() for day in days)


def _left_over(
    client_ids: Iterable[uuid.UUID], counted: Mapping[uuid.UUID, Row[Any]]
) -> Iterator[Difference]:
    for client_id in client_ids:
        numbers = ", ".join(f"{name} {getattr(counted[client_id], name)}" for name in _NUMBERS)
        yield Difference(str(client_id), "client", "no such client", numbers)


def _wrongly_erased(client_ids: Iterable[uuid.UUID]) -> Iterator[Difference]:
    for client_id in client_ids:
        yield Difference(str(client_id), "client", "a client", "erased")


def _amounts(revenue: list[dict[str, str]]) -> dict[str, Decimal]:
    return {money["currency"]: Decimal(money["amount"]) for money in revenue}


def _written(revenue: list[dict[str, str]]) -> str:
    return ", ".join(f"{money['amount']} {money['currency']}" for money in revenue) or "none"
