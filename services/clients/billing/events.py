"""What billing tells: one event per change of an invoice."""

from __future__ import annotations

import hashlib
from decimal import Decimal
from typing import Any

import orjson

from services.clients.billing.models import CreditNote, Invoice, InvoiceLine, Payment
from services.clients.values.money import amount_text, decimal_text, price_text
from shared.messaging.changes import Change
from shared.messaging.envelope import Event

NO_HOURS = Decimal(0)


def invoice_snapshot(invoice: Invoice) -> dict[str, Any]:
    """An invoice as it stands in its events: without lines, notes and payments."""
    currency = invoice.currency
    return {
        "id": str(invoice.id),
        "client_id": str(invoice.client_id),
        "number": invoice.number,
        "status": invoice.status,
        "currency": currency,
        "subtotal": amount_text(invoice.subtotal, currency),
        "discount": amount_text(invoice.discount, currency),
        "tax": amount_text(invoice.tax, currency),
        "total": amount_text(invoice.total, currency),
        "amount_paid": amount_text(invoice.amount_paid, currency),
        "amount_credited": amount_text(invoice.amount_credited, currency),
        "issued_on": _day(invoice.issued_on),
        "due_on": _day(invoice.due_on),
        "paid_on": _day(invoice.paid_on),
        "version": invoice.version,
    }


def invoice_fields(invoice: Invoice) -> dict[str, Any]:
    """What of an invoice can change, as it travels; lines as their count, subtotal and hash."""
    snapshot = invoice_snapshot(invoice)
    for fixed in ("id", "client_id", "version", "subtotal", "discount", "tax", "paid_on"):
        del snapshot[fixed]
    return {
        **snapshot,
        "period_start": _day(invoice.period_start),
        "period_end": _day(invoice.period_end),
        "notes": invoice.notes,
        **invoice_extras(invoice),
        "lines": _lines_summary(invoice),
    }


def invoice_extras(invoice: Invoice) -> dict[str, Any]:
    """Order number, terms and the discount as it was given."""
    percent, amount = invoice.discount_percent, invoice.discount_amount
    return {
        "purchase_order": invoice.purchase_order,
        "terms": invoice.terms,
        "discount_percent": None if percent is None else decimal_text(percent, 2),
        "discount_amount": None if amount is None else amount_text(amount, invoice.currency),
    }


def _lines_summary(invoice: Invoice) -> dict[str, Any]:
    """Five hundred lines before and after would not fit into one event."""
    lines = [line_fields(line, invoice.currency) for line in invoice.lines]
    return {
        "count": len(lines),
        "subtotal": amount_text(invoice.subtotal, invoice.currency),
        "sha256": hashlib.sha256(orjson.dumps(lines)).hexdigest(),
    }


def line_fields(line: InvoiceLine, currency: str) -> dict[str, Any]:
    """A line as it travels."""
    return {
        "id": str(line.id),
        "kind": line.kind,
        "rate_id": None if line.rate_id is None else str(line.rate_id),
        "rule": line.rule,
        "explanation": line.explanation,
        "description": line.description,
        "quantity": decimal_text(line.quantity, 2),
        "unit_price": price_text(line.unit_price, currency),
        "tax_rate": decimal_text(line.tax_rate, 2),
        "amount": amount_text(line.amount, currency),
    }


def payment_fields(payment: Payment, currency: str) -> dict[str, Any]:
    """A payment as it travels."""
    return {
        "id": str(payment.id),
        "amount": amount_text(payment.amount, currency),
        "paid_on": payment.paid_on.isoformat(),
        "method": payment.method,
        "reference": payment.reference,
    }


def credit_note_fields(note: CreditNote, currency: str) -> dict[str, Any]:
    """A credit note as it travels, without its lines."""
    return {
        "id": str(note.id),
        "invoice_id": str(note.invoice_id),
        "number": note.number,
        "issued_on": note.issued_on.isoformat(),
        "currency": currency,
        "subtotal": amount_text(note.subtotal, currency),
        "tax": amount_text(note.tax, currency),
        "total": amount_text(note.total, currency),
    }


def invoice_created(invoice: Invoice, billed_hours: Decimal = NO_HOURS) -> Event:
    """A draft was made, of so many hours where it is one from time."""
    return _of_invoice(invoice, "created", _hours("billed_hours", billed_hours))


def invoice_updated(invoice: Invoice, changes: list[Change], unbilled_hours: Decimal) -> Event:
    """A draft was edited; so many hours are in no line of it any more."""
    hours = _hours("unbilled_hours", unbilled_hours)
    return _of_invoice(invoice, "updated", {"changes": changes, **hours})


def invoice_issued(invoice: Invoice, changes: list[Change]) -> Event:
    """A draft got its number."""
    return _of_invoice(invoice, "issued", {"changes": changes})


def payment_recorded(invoice: Invoice, payment: Payment, changes: list[Change]) -> Event:
    """A payment or a refund was entered."""
    fields = payment_fields(payment, invoice.currency)
    return _of_invoice(invoice, "payment_recorded", {"payment": fields, "changes": changes})


def invoice_credited(invoice: Invoice, note: CreditNote, changes: list[Change]) -> Event:
    """A credit note was issued against an invoice."""
    fields = credit_note_fields(note, invoice.currency)
    data = {"credit_note": fields, "reason": note.reason, "changes": changes}
    return _of_invoice(invoice, "credited", data)


def invoice_deleted(invoice: Invoice, unbilled_hours: Decimal) -> Event:
    """A draft was deleted; so many hours are to be billed again."""
    return _of_invoice(invoice, "deleted", _hours("unbilled_hours", unbilled_hours))


def invoice_voided(
    invoice: Invoice, reason: str, changes: list[Change], unbilled_hours: Decimal
) -> Event:
    """An invoice was declared void; so many hours are to be billed again."""
    hours = _hours("unbilled_hours", unbilled_hours)
    return _of_invoice(invoice, "voided", {"reason": reason, "changes": changes, **hours})


def _hours(name: str, hours: Decimal) -> dict[str, str]:
    """Hours as they travel, left out where there are none."""
    return {name: decimal_text(hours, 2)} if hours else {}


def _of_invoice(invoice: Invoice, participle: str, data: dict[str, Any]) -> Event:
    return Event(
        type=f"clients.invoice.{participle}.v1",
        subject=f"invoice/{invoice.id}",
        aggregate_version=invoice.version,
        client_id=invoice.client_id,
        data={**data, "invoice": invoice_snapshot(invoice)},
    )


def _day(value: Any) -> str | None:
    return None if value is None else value.isoformat()
