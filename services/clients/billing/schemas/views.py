"""What billing's routes answer: how it is documented, and how it is made."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import date
from typing import Any

from marshmallow import Schema, fields

from services.clients.billing import events
from services.clients.billing.models import LINE_KINDS, CreditNote, CreditNoteLine, Invoice
from services.clients.billing.queries.statements import KINDS, Account, StatementLine
from services.clients.records.rules.pricing import RULES
from services.clients.values import money
from shared.clock import rfc3339
from shared.http.schemas import page_of


class LineView(Schema):
    """A line with its amount; one of time says by which rate and rule it came about."""

    id = fields.UUID()
    kind = fields.String(metadata={"enum": LINE_KINDS})
    rate_id = fields.UUID(allow_none=True)
    rule = fields.String(allow_none=True, metadata={"enum": [*RULES, None]})
    explanation = fields.String(allow_none=True)
    description = fields.String()
    quantity = fields.String()
    unit_price = fields.String()
    tax_rate = fields.String(metadata={"description": "Percent."})
    amount = fields.String()


class TaxView(Schema):
    """Tax of one rate, taken on the sum of the lines that carry it less their discount."""

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


class CreditNoteLineView(Schema):
    """What is taken off at one tax rate, of the line named or of all that have the rate."""

    line_id = fields.UUID(allow_none=True)
    description = fields.String()
    tax_rate = fields.String(metadata={"description": "Percent."})
    amount = fields.String(metadata={"description": "Without tax."})
    tax = fields.String()


class CreditNoteView(Schema):
    """A credit note; whom it is from and to stands on its invoice."""

    id = fields.UUID()
    invoice_id = fields.UUID()
    number = fields.String()
    issued_on = fields.Date()
    reason = fields.String()
    currency = fields.String()
    lines = fields.List(fields.Nested(CreditNoteLineView))
    subtotal = fields.String()
    tax = fields.String()
    total = fields.String()
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
    paid_on = fields.Date(
        allow_none=True, metadata={"description": "Since when nothing of it is open; or null."}
    )
    subtotal = fields.String()
    discount = fields.String(metadata={"description": "What is taken off the subtotal."})
    tax = fields.String()
    total = fields.String()
    amount_paid = fields.String()
    amount_credited = fields.String()
    balance = fields.String(metadata={"description": "Below zero: to be given back."})
    version = fields.Integer()
    created_at = fields.DateTime()
    updated_at = fields.DateTime()


class InvoiceView(InvoiceSummary):
    """A whole invoice; `billing_copy` is the client and `issuer` the firm, as they were when the
    invoice was issued."""

    lines = fields.List(fields.Nested(LineView))
    taxes = fields.List(fields.Nested(TaxView))
    payments = fields.List(fields.Nested(PaymentView))
    credit_notes = fields.List(fields.Nested(CreditNoteView))
    notes = fields.String(allow_none=True)
    purchase_order = fields.String(allow_none=True)
    terms = fields.String(allow_none=True)
    discount_percent = fields.String(allow_none=True)
    discount_amount = fields.String(allow_none=True)
    void_reason = fields.String(allow_none=True)
    billing_copy = fields.Dict(allow_none=True)
    issuer = fields.Dict(allow_none=True)


#: Invoices, newest first.
InvoicePage = page_of(InvoiceSummary, "InvoicePage")


class ListedInvoice(InvoiceSummary):
    """An invoice in the list over all clients; of a client that is gone, the name is the one on
    the invoice."""

    client_name = fields.String(allow_none=True)


class SumsView(Schema):
    """What the invoices that match come to in one currency; void ones come to nothing."""

    currency = fields.String()
    invoices = fields.Integer()
    total = fields.String()
    amount_paid = fields.String()
    amount_credited = fields.String()
    balance = fields.String()


#: Invoices of all clients, newest first, with sums over all pages.
AllInvoicesPage = page_of(
    ListedInvoice, "AllInvoicesPage", sums=fields.List(fields.Nested(SumsView))
)


class StatementLineView(Schema):
    """What happened on a day; below zero it lowers what is owed."""

    date = fields.Date()
    kind = fields.String(metadata={"enum": KINDS})
    id = fields.UUID(metadata={"description": "Of the invoice, credit note or payment."})
    invoice_id = fields.UUID()
    number = fields.String(metadata={"description": "Of the credit note, else of the invoice."})
    reference = fields.String(allow_none=True)
    amount = fields.String()
    balance = fields.String(metadata={"description": "What is owed after it."})


class AccountView(Schema):
    """A statement in one currency; a balance below zero is to the client's credit."""

    currency = fields.String()
    opening_balance = fields.String()
    lines = fields.List(fields.Nested(StatementLineView))
    closing_balance = fields.String()


class StatementView(Schema):
    """What was owed before the first day, what happened, what is owed after the last."""

    client_id = fields.UUID()
    first = fields.Date(data_key="from")
    last = fields.Date(data_key="to")
    accounts = fields.List(fields.Nested(AccountView))


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
        "credit_notes": [present_credit_note(note, currency) for note in invoice.credit_notes],
        "notes": invoice.notes,
        **events.invoice_extras(invoice),
        "void_reason": invoice.void_reason,
        "billing_copy": invoice.billing_copy,
        "issuer": invoice.issuer,
    }


def present_listed_invoice(
    invoice: Invoice, client_name: str | None, today: date
) -> dict[str, Any]:
    """As `ListedInvoice`."""
    return {**present_invoice_summary(invoice, today), "client_name": client_name}


def present_sums(sums: Any) -> dict[str, Any]:
    """As `SumsView`."""
    amounts = {name: getattr(sums, name) for name in ("total", "amount_paid", "amount_credited")}
    amounts["balance"] = sums.total - sums.amount_paid - sums.amount_credited
    shown = {name: money.amount_text(each, sums.currency) for name, each in amounts.items()}
    return {"currency": sums.currency, "invoices": sums.invoices, **shown}


def present_statement(
    client_id: uuid.UUID, first: date, last: date, accounts: Sequence[Account]
) -> dict[str, Any]:
    """As `StatementView`."""
    return {
        "client_id": str(client_id),
        "from": first.isoformat(),
        "to": last.isoformat(),
        "accounts": [_account(account) for account in accounts],
    }


def _account(account: Account) -> dict[str, Any]:
    currency = account.currency
    return {
        "currency": currency,
        "opening_balance": money.amount_text(account.opening, currency),
        "lines": [_statement_line(line, currency) for line in account.lines],
        "closing_balance": money.amount_text(account.closing, currency),
    }


def _statement_line(line: StatementLine, currency: str) -> dict[str, Any]:
    return {
        "date": line.day.isoformat(),
        "kind": line.kind,
        "id": str(line.id),
        "invoice_id": str(line.invoice_id),
        "number": line.number,
        "reference": line.reference,
        "amount": money.amount_text(line.amount, currency),
        "balance": money.amount_text(line.balance, currency),
    }


def present_credit_note(note: CreditNote, currency: str) -> dict[str, Any]:
    """A credit note as its public answer."""
    return {
        **events.credit_note_fields(note, currency),
        "reason": note.reason,
        "lines": [_credited(line, currency) for line in note.lines],
        "created_at": rfc3339(note.created_at),
    }


def _credited(line: CreditNoteLine, currency: str) -> dict[str, Any]:
    return {
        "line_id": None if line.invoice_line_id is None else str(line.invoice_line_id),
        "description": line.description,
        "tax_rate": money.decimal_text(line.tax_rate, 2),
        "amount": money.amount_text(line.amount, currency),
        "tax": money.amount_text(line.tax, currency),
    }


def _taxes(invoice: Invoice) -> list[dict[str, str]]:
    return [
        {
            "rate": money.decimal_text(tax.rate, 2),
            "base": money.amount_text(tax.base, invoice.currency),
            "amount": money.amount_text(tax.amount, invoice.currency),
        }
        for tax in invoice.taxes
        if tax.rate
    ]


def _times(row: Invoice) -> dict[str, str]:
    return {"created_at": rfc3339(row.created_at), "updated_at": rfc3339(row.updated_at)}


def _day(value: date | None) -> str | None:
    return None if value is None else value.isoformat()
