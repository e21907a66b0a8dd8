"""Projects, invoices and payments over HTTP. Money and quantities are decimal strings."""

from __future__ import annotations

from services.clients.billing.schemas.bodies import (
    InvoiceBody,
    InvoiceChanges,
    InvoiceQuery,
    IssueBody,
    PaymentBody,
    ProjectBody,
    ProjectChanges,
    ProjectQuery,
    VoidBody,
)
from services.clients.billing.schemas.views import (
    InvoicePage,
    InvoiceView,
    ProjectPage,
    ProjectView,
    present_invoice,
    present_invoice_summary,
    present_project,
)

__all__ = [
    "InvoiceBody",
    "InvoiceChanges",
    "InvoicePage",
    "InvoiceQuery",
    "InvoiceView",
    "IssueBody",
    "PaymentBody",
    "ProjectBody",
    "ProjectChanges",
    "ProjectPage",
    "ProjectQuery",
    "ProjectView",
    "VoidBody",
    "present_invoice",
    "present_invoice_summary",
    "present_project",
]
