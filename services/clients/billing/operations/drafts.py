"""Making and editing drafts of invoices."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from services.clients.access.queries import default_currency, get_workspace
from services.clients.billing import events
from services.clients.billing.errors import NotDraft
from services.clients.billing.models import DRAFT, FREE_LINE, Invoice, InvoiceLine
from services.clients.billing.operations import checks
from services.clients.billing.operations.context import lock_invoice, move, refuse_internal
from services.clients.billing.rules.totals import line_amount
from services.clients.records.models.record import Client
from services.clients.records.queries.clients import lock_client
from services.clients.time_entries.operations.billing import release_time, torn_lines
from shared.clock import now
from shared.ids import uuid7
from shared.messaging.changes import changes_between
from shared.unit_of_work import UnitOfWork

_OPTIONAL = (
    "period_start",
    "period_end",
    "due_on",
    "notes",
    "purchase_order",
    "discount_percent",
    "discount_amount",
)


@dataclass(frozen=True, slots=True)
class RatedLine:
    """A line of hours at a rate. `kind` is regular or overtime; `unit_price` is the rate as it is
    now, and `rule` and `explanation` say why it applied: nothing that happens to it later moves
    the line."""

    kind: str
    description: str
    quantity: Decimal
    unit_price: Decimal
    rate_id: uuid.UUID
    rule: str
    explanation: str


def create_invoice(uow: UnitOfWork, client_id: uuid.UUID, body: dict[str, Any]) -> Invoice:
    """A draft with free lines, in the workspace's currency if none is named.

    Raises `InternalClient`, `BillingInvalid`.
    """
    client = lock_client(uow, client_id)
    refuse_internal(client)
    invoice = _draft(uow, client, body.get("currency") or default_currency(uow), body)
    _place_lines(invoice, body.get("lines", []))
    return _finish(uow, invoice, events.NO_HOURS)


def create_from_lines(
    uow: UnitOfWork,
    client: Client,
    currency: str,
    lines: Sequence[RatedLine],
    period: tuple[date, date],
) -> Invoice:
    """A draft of a period with lines of hours; the caller holds the client's lock.

    Raises `InternalClient`, `BillingInvalid`.
    """
    refuse_internal(client)
    start, end = period
    invoice = _draft(uow, client, currency, {"period_start": start, "period_end": end})
    invoice.lines = [
        InvoiceLine(
            id=uuid7(),
            workspace_id=invoice.workspace_id,
            place=place,
            tax_rate=Decimal(0),
            **asdict(line),
        )
        for place, line in enumerate(lines, start=1)
    ]
    return _finish(uow, invoice, sum((line.quantity for line in lines), events.NO_HOURS))


def _draft(uow: UnitOfWork, client: Client, currency: str, body: Mapping[str, Any]) -> Invoice:
    at = now()
    return Invoice(
        id=uuid7(),
        workspace_id=uow.workspace_id,
        client_id=client.id,
        version=1,
        status=DRAFT,
        currency=currency,
        terms=body["terms"] if "terms" in body else get_workspace(uow).invoice_terms,
        amount_paid=Decimal(0),
        amount_credited=Decimal(0),
        created_at=at,
        updated_at=at,
        payments=[],
        credit_notes=[],
        **{field: body.get(field) for field in _OPTIONAL},
    )


def _finish(uow: UnitOfWork, invoice: Invoice, hours: Decimal) -> Invoice:
    _sum_up(invoice)
    checks.check_invoice(invoice)
    uow.session.add(invoice)
    uow.publish(events.invoice_created(invoice, hours))
    return invoice


def update_invoice(
    uow: UnitOfWork, invoice_id: uuid.UUID, changes: dict[str, Any], expected_version: int | None
) -> Invoice:
    """Edit a draft; `lines` replaces all lines, and one that names its `id` keeps it.

    A line of time keeps its hours and its rate, and while there is one the draft its currency:
    they may only be sent as they are. Time that is in no line any more is unbilled; the lines that
    an entry's hours are split over stay or go together. Without effect there is no new version and
    no event.

    Raises `StaleInvoice`, `NotDraft`, `BillingInvalid`.
    """
    _client, invoice = lock_invoice(uow, invoice_id, expected_version)
    if invoice.status != DRAFT:
        raise NotDraft(f"It is {invoice.status}.", state=invoice.status)
    before = events.invoice_fields(invoice)
    names = {line.id: line.description for line in invoice.lines}
    _apply(invoice, changes)
    checks.check_invoice(invoice)
    changed = changes_between(before, events.invoice_fields(invoice))
    if changed:
        kept = [line.id for line in invoice.lines]
        checks.check_whole_time(torn_lines(uow, invoice.id, kept), names)
        unbilled = release_time(uow, invoice.id, kept)
        move(invoice)
        uow.publish(events.invoice_updated(invoice, changed, unbilled))
    return invoice


def delete_draft(
    uow: UnitOfWork, invoice_id: uuid.UUID, expected_version: int | None = None
) -> None:
    """Delete a draft with its lines; their time is unbilled again.

    Raises `StaleInvoice`, `NotDraft`.
    """
    _client, invoice = lock_invoice(uow, invoice_id, expected_version)
    if invoice.status != DRAFT:
        raise NotDraft(f"It is {invoice.status}.", state=invoice.status)
    unbilled = release_time(uow, invoice.id)
    move(invoice)
    uow.publish(events.invoice_deleted(invoice, unbilled))
    uow.session.delete(invoice)


def _apply(invoice: Invoice, changes: dict[str, Any]) -> None:
    checks.check_of_time(invoice, changes)
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
    line.place = place
    line.description = body["description"]
    line.quantity = body["quantity"]
    line.unit_price = body["unit_price"]
    line.tax_rate = body.get("tax_rate") or Decimal(0)
    return line


def _sum_up(invoice: Invoice) -> None:
    """Every amount anew: the currency may have changed, and with it what is rounded to."""
    for line in invoice.lines:
        line.amount = line_amount(line.quantity, line.unit_price, invoice.currency)
    invoice.sum_up()
