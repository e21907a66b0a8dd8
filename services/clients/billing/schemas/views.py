"""What billing's routes answer: how it is documented, and how it is made."""

from __future__ import annotations

from datetime import date
from typing import Any

from marshmallow import Schema, fields

from services.clients.billing import events, rules
from services.clients.billing.models import Invoice
from services.clients.values import money
from shared.clock import rfc3339


class LineView(Schema):
    """A line with its amount."""

    id = fields.UUID()
    kind = fields.String(metadata={"enum": ["regular", "overtime", "free"]})
    rate_id = fields.UUID(allow_none=True)
    description = fields.String()
    quantity = fields.String()
    unit_price = fields.String()
    tax_rate = fields.String(metadata={"description": "Percent."})
    amount = fields.String()


class TaxView(Schema):
    """Tax of one rate, taken on the sum of the lines that carry it."""

    rate = fields.String()
    base = fields.String()
    amount = fields.String()


class PaymentView(Schema):
    """A payment, or a refund where the amount is below zero."""

    id = fields.UUID()
    amount = fields.String()
    paid_on = fields.Date()
    method = fields.String(allow_none=True)
    reference = fields.String(allow_none=True)
    created_at = fields.DateTime()


class InvoiceSummary(Schema):
    """An invoice in a list."""

    id = fields.UUID()
    client_id = fields.UUID()
    number = fields.String(allow_none=True)
    status = fields.String()
    overdue = fields.Boolean()
    currency = fields.String()
    period_start = fields.Date(allow_none=True)
    period_end = fields.Date(allow_none=True)
    issued_on = fields.Date(allow_none=True)
    due_on = fields.Date(allow_none=True)
    subtotal = fields.String()
    tax = fields.String()
    total = fields.String()
    amount_paid = fields.String()
    balance = fields.String()
    version = fields.Integer()
    created_at = fields.DateTime()
    updated_at = fields.DateTime()


class InvoiceView(InvoiceSummary):
    """A whole invoice; `billing_copy` is the client as it was when the invoice was issued."""

    lines = fields.List(fields.Nested(LineView))
    taxes = fields.List(fields.Nested(TaxView))
    payments = fields.List(fields.Nested(PaymentView))
    notes = fields.String(allow_none=True)
    void_reason = fields.String(allow_none=True)
    billing_copy = fields.Dict(allow_none=True)


class InvoicePage(Schema):
    """Invoices, newest first."""

    data = fields.List(fields.Nested(InvoiceSummary))
    next = fields.String(allow_none=True)


def present_invoice_summary(invoice: Invoice, today: date) -> dict[str, Any]:
    """An invoice as it stands in a list; `today` is in the workspace's zone."""
    return {
        **events.invoice_snapshot(invoice),
        "overdue": invoice.is_overdue(today),
        "period_start": _day(invoice.period_start),
        "period_end": _day(invoice.period_end),
        "balance": money.amount_text(invoice.balance, invoice.currency),
        **_times(invoice),
    }


def present_invoice(invoice: Invoice, today: date) -> dict[str, Any]:
    """An invoice as its public answer."""
    currency = invoice.currency
    return {
        **present_invoice_summary(invoice, today),
        "lines": [events.line_fields(line, currency) for line in invoice.lines],
        "taxes": _taxes(invoice),
        "payments": [
            {
                **events.payment_fields(payment, currency),
                "created_at": rfc3339(payment.created_at),
            }
            for payment in invoice.payments
        ],
        "notes": invoice.notes,
        "void_reason": invoice.void_reason,
        "billing_copy": invoice.billing_copy,
    }


def _taxes(invoice: Invoice) -> list[dict[str, str]]:
    lines = [(line.amount, line.tax_rate) for line in invoice.lines]
    return [
        {
            "rate": money.decimal_text(tax.rate, 2),
            "base": money.amount_text(tax.base, invoice.currency),
            "amount": money.amount_text(tax.amount, invoice.currency),
        }
        for tax in rules.totals(lines, invoice.currency).taxes
    ]


def _times(row: Invoice) -> dict[str, str]:
    return {"created_at": rfc3339(row.created_at), "updated_at": rfc3339(row.updated_at)}


def _day(value: date | None) -> str | None:
    return None if value is None else value.isoformat()
