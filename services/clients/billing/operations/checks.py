"""Rules that look at several fields of an invoice together."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterator, Sequence
from decimal import Decimal

from services.clients.billing.errors import BillingInvalid
from services.clients.billing.models import Invoice
from services.clients.billing.rules import LARGEST
from services.clients.values.money import precision, rounded
from shared.errors import FieldError
from shared.values.days import order


def check_invoice(invoice: Invoice) -> None:
    """Raises `BillingInvalid` naming every wrong field."""
    _refuse(*_period(invoice), *_lines(invoice), *_total(invoice))


def check_payment(invoice: Invoice, amount: Decimal) -> None:
    """Raises `BillingInvalid` if the amount is not one to enter against the invoice."""
    _refuse(*precision(amount, invoice.currency, "amount"), *_balance(invoice, amount))


def check_line_ids(named: Sequence[uuid.UUID | None], known: Collection[uuid.UUID]) -> None:
    """Raises `BillingInvalid` for an id that is not a line of the invoice, or stands twice."""
    seen: set[uuid.UUID] = set()
    wrong = []
    for index, line_id in enumerate(named):
        if line_id is None:
            continue
        if line_id not in known or line_id in seen:
            told = "Not a line of this invoice, or named twice; leave `id` out of new lines."
            wrong.append(FieldError(f"lines[{index}].id", "unknown_line", told))
        seen.add(line_id)
    _refuse(*wrong)


def _refuse(*wrong: FieldError) -> None:
    if wrong:
        raise BillingInvalid(errors=wrong)


def _period(invoice: Invoice) -> Iterator[FieldError]:
    yield from order(invoice.period_start, invoice.period_end, "period_end")
    if (invoice.period_start is None) != (invoice.period_end is None):
        missing = "period_start" if invoice.period_start is None else "period_end"
        yield FieldError(missing, "required", "A period has a start and an end.")


def _lines(invoice: Invoice) -> Iterator[FieldError]:
    for index, line in enumerate(invoice.lines):
        if abs(line.amount) >= LARGEST:
            yield FieldError(f"lines[{index}]", "too_large", f"Must come to less than {LARGEST}.")


def _total(invoice: Invoice) -> Iterator[FieldError]:
    if invoice.total < 0:
        yield FieldError("lines", "negative_total", "The total must not be below zero.")
    elif max(abs(invoice.subtotal), abs(invoice.total)) >= LARGEST:
        yield FieldError("lines", "too_large", f"The total must be less than {LARGEST}.")


def _balance(invoice: Invoice, amount: Decimal) -> Iterator[FieldError]:
    if amount > invoice.balance:
        told = f"Only {rounded(invoice.balance, invoice.currency)} is open."
        yield FieldError("amount", "exceeds_balance", told)
    elif invoice.amount_paid + amount < 0:
        told = f"Only {rounded(invoice.amount_paid, invoice.currency)} was paid."
        yield FieldError("amount", "exceeds_payments", told)
