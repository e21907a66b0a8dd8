"""Credit notes: what is taken off an issued invoice, under a number of their own."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from services.clients.access.queries import local_today
from services.clients.billing import events
from services.clients.billing.errors import NotCreditable
from services.clients.billing.models import PAYABLE, CreditNote, CreditNoteLine, Invoice
from services.clients.billing.operations import checks
from services.clients.billing.operations.context import lock_invoice, settle
from services.clients.billing.operations.numbers import draw_credit_note_number, flush_number
from services.clients.billing.operations.papers import print_credit_note
from services.clients.billing.rules.crediting import (
    Account,
    Part,
    accounts,
    credit_amount,
    credit_lines,
    credit_rest,
    nets_of_lines,
)
from services.clients.values.money import decimal_text
from shared.clock import now
from shared.ids import uuid7
from shared.messaging.changes import changes_between
from shared.unit_of_work import UnitOfWork


def issue_credit_note(
    uow: UnitOfWork,
    invoice_id: uuid.UUID,
    body: Mapping[str, Any],
    expected_version: int | None = None,
) -> tuple[Invoice, CreditNote]:
    """Credit `lines`, an `amount` with tax, or all that is left of an issued invoice.

    All credit notes of an invoice together never pass it, in net, tax or total. The invoice's
    balance falls; below zero money is to be given back, which is entered as a refund. Raises
    `StaleInvoice`, `NotCreditable`, `BillingInvalid`, `NumberTaken`.
    """
    client, invoice = lock_invoice(uow, invoice_id, expected_version)
    _require_creditable(invoice)
    parts = _parts(invoice, body)
    before = events.invoice_fields(invoice)
    note = _note(uow, invoice, body["reason"], parts)
    invoice.credit_notes.append(note)
    invoice.amount_credited += note.total
    settle(invoice)
    flush_number(uow, note.number)
    changed = changes_between(before, events.invoice_fields(invoice))
    uow.publish(events.invoice_credited(invoice, note, changed))
    if client is not None:
        print_credit_note(uow, invoice, note)
    return invoice, note


def _require_creditable(invoice: Invoice) -> None:
    if invoice.status not in PAYABLE:
        raise NotCreditable(f"It is {invoice.status}.", state=invoice.status)
    if invoice.amount_credited == invoice.total:
        raise NotCreditable("Nothing of it is left to be credited.", state=invoice.status)


def _parts(invoice: Invoice, body: Mapping[str, Any]) -> list[Part]:
    owed = accounts(invoice.taxes, _credited(invoice))
    amount, lines = body.get("amount"), body.get("lines")
    checks.check_credit(invoice, amount, lines)
    if lines is not None:
        return _of_lines(invoice, owed, lines)
    if amount is not None:
        return credit_amount(owed, amount, invoice.currency)
    return credit_rest(owed)


def _credited(invoice: Invoice) -> Iterator[Part]:
    places = {line.id: place for place, line in enumerate(invoice.lines)}
    for note in invoice.credit_notes:
        for row in note.lines:
            place = None if row.invoice_line_id is None else places[row.invoice_line_id]
            yield Part(row.tax_rate, row.amount, row.tax, place)


def _of_lines(
    invoice: Invoice, owed: Mapping[Decimal, Account], bodies: Sequence[Mapping[str, Any]]
) -> list[Part]:
    lines = [(line.amount, line.tax_rate) for line in invoice.lines]
    nets = nets_of_lines(lines, invoice.taxes, invoice.currency)
    for part in _credited(invoice):
        if part.line is not None:
            nets[part.line] -= part.net
    wanted = checks.check_credited_lines(invoice, owed, nets, bodies)
    return list(credit_lines(owed, wanted, invoice.currency))


def _note(uow: UnitOfWork, invoice: Invoice, reason: str, parts: Sequence[Part]) -> CreditNote:
    subtotal = sum((part.net for part in parts), Decimal(0))
    tax = sum((part.tax for part in parts), Decimal(0))
    checks.check_credited_total(invoice, subtotal + tax)
    today = local_today(uow)
    return CreditNote(
        id=uuid7(),
        workspace_id=invoice.workspace_id,
        invoice_id=invoice.id,
        number=draw_credit_note_number(uow, _code(invoice), today),
        issued_on=today,
        reason=reason,
        subtotal=subtotal,
        tax=tax,
        total=subtotal + tax,
        created_at=now(),
        lines=[_line(invoice, part, place) for place, part in enumerate(parts, start=1)],
    )


def _code(invoice: Invoice) -> str:
    """The code on the invoice: its client may have been merged into another, or be gone."""
    return str((invoice.billing_copy or {})["client_code"])


def _line(invoice: Invoice, part: Part, place: int) -> CreditNoteLine:
    of = None if part.line is None else invoice.lines[part.line]
    return CreditNoteLine(
        id=uuid7(),
        workspace_id=invoice.workspace_id,
        place=place,
        invoice_line_id=None if of is None else of.id,
        description=_at_rate(part.rate) if of is None else of.description,
        tax_rate=part.rate,
        amount=part.net,
        tax=part.tax,
    )


def _at_rate(rate: Decimal) -> str:
    return f"Taxed at {decimal_text(rate, 2)} %" if rate else "Untaxed"
