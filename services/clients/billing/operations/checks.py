"""Rules that look at several fields of an invoice together."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from services.clients.billing.errors import BillingInvalid
from services.clients.billing.models import FREE_LINE, Invoice, InvoiceLine
from services.clients.billing.rules.crediting import Account
from services.clients.billing.rules.totals import LARGEST
from services.clients.values.money import precision, rounded
from shared.errors import FieldError
from shared.values.days import order

# How far ahead of today a payment may be dated.
_AHEAD = timedelta(days=366)


def check_invoice(invoice: Invoice) -> None:
    """Raises `BillingInvalid` naming every wrong field."""
    _refuse(*_period(invoice), *_lines(invoice), *_discount(invoice), *_total(invoice))


def check_payment(invoice: Invoice, body: Mapping[str, Any], first: date, today: date) -> None:
    """Raises `BillingInvalid` if the amount or the day is not one to enter against the invoice.

    `first` is the day from which the client is known; an invoice of books that are brought along
    says by its own day that it was one before.
    """
    amount = body["amount"]
    _refuse(
        *precision(amount, invoice.currency, "amount"),
        *_balance(invoice, amount),
        *_payment_day(body["paid_on"], min(first, invoice.issued_on or first), today),
    )


def _payment_day(day: date, first: date, today: date) -> Iterator[FieldError]:
    """Deposits come before the invoice, but none before there was a client."""
    if day < first:
        yield FieldError("paid_on", "too_early", f"The client is known since {first.isoformat()}.")
    if day > today + _AHEAD:
        yield FieldError("paid_on", "too_late", "A year ahead at most.")


def check_credit(invoice: Invoice, amount: Decimal | None, lines: object) -> None:
    """Raises `BillingInvalid` if the amount is not one to credit."""
    if amount is not None:
        both = FieldError("amount", "both", "Credit lines or an amount.")
        _refuse(
            *([both] if lines is not None else []),
            *precision(amount, invoice.currency, "amount"),
            *_creditable(invoice, amount, "amount"),
        )


def check_credited_total(invoice: Invoice, total: Decimal) -> None:
    """Raises `BillingInvalid` if lines come to more than is left: others are below zero."""
    _refuse(*_creditable(invoice, total, "lines"))


def check_credited_lines(
    invoice: Invoice,
    owed: Mapping[Decimal, Account],
    nets: Sequence[Decimal],
    bodies: Sequence[Mapping[str, Any]],
) -> list[tuple[int, Decimal, Decimal]]:
    """The place, tax rate and net of each line named, all that is left of it by default.

    `nets` is what is left of each of the invoice's lines. Raises `BillingInvalid` for a line that
    is not the invoice's or stands twice, and where not so much is left.
    """
    places = {line.id: place for place, line in enumerate(invoice.lines)}
    left = {rate: account.net_left for rate, account in owed.items()}
    wanted: list[tuple[int, Decimal, Decimal]] = []
    wrong: list[FieldError] = []
    for index, body in enumerate(bodies):
        place = places.pop(body["line_id"], None)
        if place is None:
            message = "Not a line of this invoice, or named twice."
            wrong.append(FieldError(f"lines[{index}].line_id", "unknown_line", message))
            continue
        rate = invoice.lines[place].tax_rate
        most = min(nets[place], left[rate])
        net = most if body.get("amount") is None else body["amount"]
        wrong += precision(net, invoice.currency, f"lines[{index}].amount")
        if not 0 < net <= most:
            message = f"Only {rounded(max(most, Decimal(0)), invoice.currency)} of it is left."
            wrong.append(FieldError(f"lines[{index}].amount", "exceeds_line", message))
        left[rate] -= net
        wanted.append((place, rate, net))
    _refuse(*wrong)
    return wanted


def _creditable(invoice: Invoice, amount: Decimal, field: str) -> Iterator[FieldError]:
    left = invoice.total - invoice.amount_credited
    if amount > left:
        message = f"Only {rounded(left, invoice.currency)} is left to be credited."
        yield FieldError(field, "exceeds_invoice", message)


def check_line_ids(named: Sequence[uuid.UUID | None], known: Collection[uuid.UUID]) -> None:
    """Raises `BillingInvalid` for an id that is not a line of the invoice, or stands twice."""
    seen: set[uuid.UUID] = set()
    wrong = []
    for index, line_id in enumerate(named):
        if line_id is None:
            continue
        if line_id not in known or line_id in seen:
            message = "Not a line of this invoice, or named twice; leave `id` out of new lines."
            wrong.append(FieldError(f"lines[{index}].id", "unknown_line", message))
        seen.add(line_id)
    _refuse(*wrong)


def check_of_time(invoice: Invoice, changes: Mapping[str, Any]) -> None:
    """Raises `BillingInvalid` where hours, rate or currency of a line of time would change."""
    of_time = {line.id: line for line in invoice.lines if line.kind != FREE_LINE}
    if of_time:
        _refuse(*_of_time(invoice, of_time, changes))


def _of_time(
    invoice: Invoice, of_time: Mapping[uuid.UUID, InvoiceLine], changes: Mapping[str, Any]
) -> Iterator[FieldError]:
    if changes.get("currency", invoice.currency) != invoice.currency:
        yield FieldError("currency", "of_time", f"Its lines of time are in {invoice.currency}.")
    for index, body in enumerate(changes.get("lines", [])):
        line = of_time.get(body.get("id"))
        for field in ("quantity", "unit_price"):
            if line is not None and body[field] != getattr(line, field):
                message = (
                    "Stands for time that was entered; change it there, or leave the line out."
                )
                yield FieldError(f"lines[{index}].{field}", "of_time", message)


def check_whole_time(torn: Collection[uuid.UUID], names: Mapping[uuid.UUID, str]) -> None:
    """Raises `BillingInvalid` for lines left out whose time is in a line that stays as well."""
    _refuse(
        *(
            FieldError("lines", "splits_time", _SPLITS.format(names[line_id]))
            for line_id in sorted(torn)
        )
    )


_SPLITS = 'Other hours of the time in "{}" are in a line that stays: leave out both, or neither.'


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


def _discount(invoice: Invoice) -> Iterator[FieldError]:
    if invoice.discount_percent is not None and invoice.discount_amount is not None:
        message = "Give a percentage or an amount."
        yield FieldError("discount_amount", "both", message)
    yield from precision(invoice.discount_amount, invoice.currency, "discount_amount")
    if invoice.discount > max(invoice.subtotal, Decimal(0)):
        message = f"The lines come to {rounded(invoice.subtotal, invoice.currency)} only."
        yield FieldError("discount_amount", "exceeds_subtotal", message)


def _total(invoice: Invoice) -> Iterator[FieldError]:
    if invoice.total < 0:
        yield FieldError("lines", "negative_total", "The total must not be below zero.")
    elif max(abs(invoice.subtotal), abs(invoice.total)) >= LARGEST:
        yield FieldError("lines", "too_large", f"The total must be less than {LARGEST}.")


def _balance(invoice: Invoice, amount: Decimal) -> Iterator[FieldError]:
    if amount > invoice.balance:
        message = f"Only {rounded(invoice.balance, invoice.currency)} is open."
        yield FieldError("amount", "exceeds_balance", message)
    elif invoice.amount_paid + amount < 0:
        message = f"Only {rounded(invoice.amount_paid, invoice.currency)} was paid."
        yield FieldError("amount", "exceeds_payments", message)
