"""Making and editing drafts of invoices."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from services.clients.access.queries import default_currency
from services.clients.billing import events, rules
from services.clients.billing.errors import NotDraft
from services.clients.billing.models import DRAFT, FREE_LINE, Invoice, InvoiceLine
from services.clients.billing.operations import checks
from services.clients.billing.operations.context import lock_invoice, refuse_internal
from services.clients.records.queries.clients import lock_client
from shared.clock import now
from shared.ids import uuid7
from shared.messaging.changes import changes_between
from shared.unit_of_work import UnitOfWork

_OPTIONAL = ("period_start", "period_end", "due_on", "notes")


def create_invoice(uow: UnitOfWork, client_id: uuid.UUID, body: dict[str, Any]) -> Invoice:
    """A draft with free lines, in the workspace's currency if none is named.

    Raises `InternalClient`, `BillingInvalid`.
    """
    client = lock_client(uow, client_id)
    refuse_internal(client)
    at = now()
    invoice = Invoice(
        id=uuid7(),
        workspace_id=uow.workspace_id,
        client_id=client.id,
        version=1,
        status=DRAFT,
        currency=body.get("currency") or default_currency(uow),
        amount_paid=Decimal(0),
        created_at=at,
        updated_at=at,
        payments=[],
        **{field: body.get(field) for field in _OPTIONAL},
    )
    _place_lines(invoice, body.get("lines", []))
    _sum_up(invoice)
    checks.check_invoice(invoice)
    uow.session.add(invoice)
    uow.publish(events.invoice_created(invoice))
    return invoice


def update_invoice(
    uow: UnitOfWork, invoice_id: uuid.UUID, changes: dict[str, Any], expected_version: int | None
) -> Invoice:
    """Edit a draft; `lines` replaces all lines, and one that names its `id` keeps it.

    Without effect there is no new version and no event. Raises `StaleInvoice`, `NotDraft`,
    `BillingInvalid`.
    """
    _client, invoice = lock_invoice(uow, invoice_id, expected_version)
    if invoice.status != DRAFT:
        raise NotDraft(f"It is {invoice.status}.", state=invoice.status)
    before = events.invoice_fields(invoice)
    _apply(invoice, changes)
    checks.check_invoice(invoice)
    changed = changes_between(before, events.invoice_fields(invoice))
    if changed:
        invoice.version += 1
        invoice.updated_at = now()
        uow.publish(events.invoice_updated(invoice, changed))
    return invoice


def _apply(invoice: Invoice, changes: dict[str, Any]) -> None:
    for field, value in changes.items():
        if field == "lines":
            _place_lines(invoice, value)
        else:
            setattr(invoice, field, value)
    _sum_up(invoice)


def _place_lines(invoice: Invoice, bodies: Sequence[dict[str, Any]]) -> None:
    """Put the lines on the invoice in their order; known ones are changed, the rest replaced."""
    known = {line.id: line for line in invoice.lines}
    checks.check_line_ids([body.get("id") for body in bodies], known.keys())
    invoice.lines = [
        _line(invoice, _found(known, body), place, body)
        for place, body in enumerate(bodies, start=1)
    ]


def _found(known: Mapping[uuid.UUID, InvoiceLine], body: Mapping[str, Any]) -> InvoiceLine | None:
    line_id = body.get("id")
    return None if line_id is None else known[line_id]


def _line(
    invoice: Invoice, line: InvoiceLine | None, place: int, body: dict[str, Any]
) -> InvoiceLine:
    if line is None:
        line = InvoiceLine(id=uuid7(), workspace_id=invoice.workspace_id, kind=FREE_LINE)
        line.rate_id = None
    line.place = place
    line.description = body["description"]
    line.quantity = body["quantity"]
    line.unit_price = body["unit_price"]
    line.tax_rate = body.get("tax_rate") or Decimal(0)
    return line


def _sum_up(invoice: Invoice) -> None:
    """Every amount anew: the currency may have changed, and with it what is rounded to."""
    for line in invoice.lines:
        line.amount = rules.line_amount(line.quantity, line.unit_price, invoice.currency)
    sums = rules.totals([(line.amount, line.tax_rate) for line in invoice.lines], invoice.currency)
    invoice.subtotal, invoice.tax, invoice.total = sums.subtotal, sums.tax, sums.total
