"""A client's statement of account: what was owed, what happened, what is owed, per currency."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import groupby

from sqlalchemy import Row, text
from sqlalchemy.orm import Session

from services.clients.billing.errors import BillingInvalid

INVOICE = "invoice"
CREDIT_NOTE = "credit_note"
PAYMENT = "payment"
REFUND = "refund"
KINDS = (INVOICE, CREDIT_NOTE, PAYMENT, REFUND)
#: Lines of a statement at most.
MOST_LINES = 5_000

# Void invoices are owed nothing; what was paid on one before, and given back, still happened.
_ENTRIES = """
    SELECT i.currency, i.issued_on AS day, 1 AS rank, 'invoice' AS kind, i.id, i.id AS invoice_id,
           i.number, i.purchase_order AS reference, i.total AS amount
    FROM invoices AS i
    WHERE i.client_id = :client AND i.status NOT IN ('draft', 'void') AND i.issued_on <= :last
    UNION ALL
    SELECT i.currency, n.issued_on, 2, 'credit_note', n.id, i.id, n.number, i.number, -n.total
    FROM invoices AS i JOIN credit_notes AS n ON n.invoice_id = i.id
    WHERE i.client_id = :client AND n.issued_on <= :last
    UNION ALL
    SELECT i.currency, p.paid_on, 3, CASE WHEN p.amount > 0 THEN 'payment' ELSE 'refund' END,
           p.id, i.id, i.number, p.reference, -p.amount
    FROM invoices AS i JOIN payments AS p ON p.invoice_id = i.id
    WHERE i.client_id = :client AND p.paid_on <= :last
"""
_OPENING = text(
    f"""
    SELECT currency, sum(amount) AS balance FROM ({_ENTRIES}) AS entries
    WHERE day < :first GROUP BY currency
    """
)
_LINES = text(
    f"""
    SELECT * FROM ({_ENTRIES}) AS entries WHERE day >= :first
    ORDER BY currency, day, rank, id LIMIT :most
    """
)


@dataclass(frozen=True, slots=True)
class StatementLine:
    """What happened on a day: `amount` raises what the client owes, below zero it lowers it.

    `number` is that of the credit note, else of the invoice; `balance` is what is owed after it.
    """

    day: date
    kind: str
    id: uuid.UUID
    invoice_id: uuid.UUID
    number: str
    reference: str | None
    amount: Decimal
    balance: Decimal


@dataclass(frozen=True, slots=True)
class Account:
    """A statement in one currency; below zero the client has money to its credit."""

    currency: str
    opening: Decimal
    lines: list[StatementLine]

    @property
    def closing(self) -> Decimal:
        """What is owed at the end of the last day."""
        return self.lines[-1].balance if self.lines else self.opening


def statement(session: Session, client_id: uuid.UUID, first: date, last: date) -> list[Account]:
    """What is owed before the first day, what happened up to the last one, by currency.

    Raises `BillingInvalid` where that is more than `MOST_LINES`.
    """
    asked = {"client": client_id, "first": first, "last": last}
    opening = {row.currency: row.balance for row in session.execute(_OPENING, asked)}
    rows = session.execute(_LINES, {**asked, "most": MOST_LINES + 1}).all()
    if len(rows) > MOST_LINES:
        message = f"More than {MOST_LINES} lines; ask for fewer days."
        raise BillingInvalid.at("to", "too_many", message)
    moved = {currency: list(of) for currency, of in groupby(rows, lambda row: row.currency)}
    accounts = (
        _account(currency, opening.get(currency, Decimal(0)), moved.get(currency, []))
        for currency in sorted(opening.keys() | moved.keys())
    )
    return [account for account in accounts if account.opening or account.lines]


def _account(currency: str, opening: Decimal, rows: Sequence[Row[tuple[object, ...]]]) -> Account:
    return Account(currency, opening, list(_running(opening, rows)))


def _running(balance: Decimal, rows: Sequence[Row[tuple[object, ...]]]) -> Iterator[StatementLine]:
    for row in rows:
        balance += row.amount
        yield StatementLine(
            row.day,
            row.kind,
            row.id,
            row.invoice_id,
            row.number,
            row.reference,
            row.amount,
            balance,
        )
