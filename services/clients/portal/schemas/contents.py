"""What is shown in the portal: projects, invoices, documents."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from marshmallow import Schema, fields

from services.clients.billing.models import Invoice
from services.clients.billing.schemas.views import (
    CreditNoteView,
    PaymentView,
    TaxView,
    present_invoice,
    present_invoice_summary,
)
from services.clients.gateway.schemas import UnavailableView
from services.clients.portal.queries.contents import Balance
from services.clients.projects.models import Project
from services.clients.projects.rules import Spent
from services.clients.projects.schemas import present_project
from services.clients.values import money
from shared.http.fields import Rule, line
from shared.http.schemas import StrictSchema, page_of
from shared.values.file_names import file_name

_PROJECT = (
    "id", "name", "code", "status", "currency", "budget_amount", "budget_hours", "spent_amount",
    "spent_hours", "budget_used", "starts_on", "ends_on", "updated_at",
)  # fmt: skip
_INVOICE = (
    "id", "number", "status", "overdue", "currency", "period_start", "period_end", "issued_on",
    "due_on", "paid_on", "subtotal", "discount", "tax", "total", "amount_paid", "amount_credited",
    "balance",
)  # fmt: skip
_WHOLE = (
    *_INVOICE, "discount_percent", "taxes", "payments", "credit_notes", "notes",
    "purchase_order", "terms", "billing_copy", "issuer",
)  # fmt: skip
_LINE = ("id", "description", "explanation", "quantity", "unit_price", "tax_rate", "amount")


class PortalProjectView(Schema):
    """A project as the client sees it."""

    id = fields.UUID()
    name = fields.String()
    code = fields.String(allow_none=True)
    status = fields.String()
    currency = fields.String()
    budget_amount = fields.String(allow_none=True)
    budget_hours = fields.String(allow_none=True)
    spent_amount = fields.String()
    spent_hours = fields.String()
    budget_used = fields.String(allow_none=True, metadata={"description": "Percent."})
    starts_on = fields.Date(allow_none=True)
    ends_on = fields.Date(allow_none=True)
    updated_at = fields.DateTime()


#: Projects, newest first.
PortalProjectPage = page_of(PortalProjectView, "PortalProjectPage")


class PortalInvoiceSummary(Schema):
    """An issued invoice in a list."""

    id = fields.UUID()
    number = fields.String()
    status = fields.String()
    overdue = fields.Boolean()
    currency = fields.String()
    period_start = fields.Date(allow_none=True)
    period_end = fields.Date(allow_none=True)
    issued_on = fields.Date()
    due_on = fields.Date(allow_none=True)
    paid_on = fields.Date(allow_none=True)
    subtotal = fields.String()
    discount = fields.String()
    tax = fields.String()
    total = fields.String()
    amount_paid = fields.String()
    amount_credited = fields.String()
    balance = fields.String()


class PortalLineView(Schema):
    """A line of an invoice."""

    id = fields.UUID()
    description = fields.String()
    explanation = fields.String(allow_none=True)
    quantity = fields.String()
    unit_price = fields.String()
    tax_rate = fields.String()
    amount = fields.String()


class PortalInvoiceView(PortalInvoiceSummary):
    """A whole invoice."""

    lines = fields.List(fields.Nested(PortalLineView))
    discount_percent = fields.String(allow_none=True)
    taxes = fields.List(fields.Nested(TaxView))
    payments = fields.List(fields.Nested(PaymentView))
    credit_notes = fields.List(fields.Nested(CreditNoteView))
    notes = fields.String(allow_none=True)
    purchase_order = fields.String(allow_none=True)
    terms = fields.String(allow_none=True)
    billing_copy = fields.Dict(allow_none=True)
    issuer = fields.Dict(allow_none=True)


#: Issued invoices, newest first.
PortalInvoicePage = page_of(PortalInvoiceSummary, "PortalInvoicePage")


class PortalBalanceView(Schema):
    """What is open in a currency, and what of it is overdue."""

    currency = fields.String()
    open = fields.String()
    overdue = fields.String()


class PortalOverviewView(Schema):
    """What the portal begins with. A part that is not shared is null, as is one whose service is
    away, which then stands in `unavailable`."""

    projects = fields.List(fields.Nested(PortalProjectView), allow_none=True)
    invoices = fields.List(fields.Nested(PortalInvoiceSummary), allow_none=True)
    overdue = fields.List(fields.Nested(PortalInvoiceSummary), allow_none=True)
    balances = fields.List(fields.Nested(PortalBalanceView), allow_none=True)
    documents = fields.Dict(allow_none=True)
    reports = fields.Dict(allow_none=True)
    unavailable = fields.List(fields.Nested(UnavailableView))


class PortalUploadBody(StrictSchema):
    """A file that is about to be uploaded for the firm; it is shown in the portal."""

    file_name = Rule(file_name, nullable=False, required=True)
    size = fields.Integer(required=True, strict=True)
    title = line(200)


def present_portal_project(project: Project, spent: Spent) -> dict[str, Any]:
    """As `PortalProjectView`."""
    return _picked(present_project(project, spent), _PROJECT)


def present_portal_summary(invoice: Invoice, today: date) -> dict[str, Any]:
    """As `PortalInvoiceSummary`."""
    return _picked(present_invoice_summary(invoice, today), _INVOICE)


def present_portal_invoice(invoice: Invoice, today: date) -> dict[str, Any]:
    """As `PortalInvoiceView`: by which rate and rule a line was made is the firm's to know."""
    whole = present_invoice(invoice, today)
    return {**_picked(whole, _WHOLE), "lines": [_picked(line, _LINE) for line in whole["lines"]]}


def present_balance(balance: Balance) -> dict[str, str]:
    """As `PortalBalanceView`."""
    currency = balance.currency
    return {
        "currency": currency,
        "open": money.amount_text(balance.open, currency),
        "overdue": money.amount_text(balance.overdue, currency),
    }


def _picked(whole: Mapping[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    return {name: whole[name] for name in names}
