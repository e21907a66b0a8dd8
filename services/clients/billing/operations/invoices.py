"""What happens to an invoice after its draft: issued, paid, refunded, declared void."""

from __future__ import annotations

import uuid
from datetime import date, timedelta
from typing import Any

from services.clients.access.queries import get_workspace, local_day, local_today
from services.clients.billing import events
from services.clients.billing.errors import (
    NoCode,
    NoLines,
    NotDraft,
    NotPayable,
    NotVoidable,
)
from services.clients.billing.models import DRAFT, PAYABLE, VOID, Invoice, Payment
from services.clients.billing.operations import checks
from services.clients.billing.operations.context import (
    billing_copy,
    issuer_copy,
    lock_invoice,
    move,
    refuse_internal,
    settle,
)
from services.clients.billing.operations.numbers import draw_number, flush_number, invoice_day
from services.clients.billing.operations.papers import print_invoice
from services.clients.records.operations.codes import freeze_code
from services.clients.time_entries.operations.billing import release_time
from shared.clock import now
from shared.ids import uuid7
from shared.messaging.changes import changes_between
from shared.unit_of_work import UnitOfWork


def issue_invoice(
    uow: UnitOfWork,
    invoice_id: uuid.UUID,
    expected_version: int | None = None,
    issued_on: date | None = None,
) -> Invoice:
    """Give a draft its date and number, freeze it with copies of the client and of the issuer as
    they are today, and have it printed.

    An invoice that comes to nothing is paid at once. Raises `NotDraft`, `NoLines`, `NoCode`,
    `InternalClient`, `BillingInvalid`, `NumberTaken`.
    """
    client, invoice = lock_invoice(uow, invoice_id, expected_version)
    if invoice.status != DRAFT or client is None:
        raise NotDraft(f"It is {invoice.status}.", state=invoice.status)
    if not invoice.lines:
        raise NoLines
    refuse_internal(client)
    if client.client_code is None:
        raise NoCode(f"Give {client.company_name} a code of three letters first.")
    before = events.invoice_fields(invoice)
    invoice.issued_on = invoice_day(uow, client, issued_on)
    invoice.due_on = invoice.due_on or _due_on(uow, invoice.issued_on)
    invoice.number = draw_number(uow, client.client_code, invoice.issued_on)
    invoice.billing_copy = billing_copy(client)
    invoice.issuer = issuer_copy(uow)
    freeze_code(uow, client)
    settle(invoice)
    flush_number(uow, invoice.number)
    changed = changes_between(before, events.invoice_fields(invoice))
    uow.publish(events.invoice_issued(invoice, changed))
    print_invoice(uow, invoice)
    return invoice


def record_payment(
    uow: UnitOfWork,
    invoice_id: uuid.UUID,
    body: dict[str, Any],
    expected_version: int | None = None,
) -> Invoice:
    """Enter a payment, or a refund where the amount is below zero; a refund may reopen it.

    The day may lie before the invoice's, as deposits do, but not before the client's first, which
    is the day of its record or, where that is earlier, of this invoice; and a year ahead at most.

    Raises `NotPayable`, `BillingInvalid`.
    """
    client, invoice = lock_invoice(uow, invoice_id, expected_version)
    if invoice.status not in PAYABLE:
        raise NotPayable(f"It is {invoice.status}.", state=invoice.status)
    known_since = local_day(uow, (client or invoice).created_at)
    checks.check_payment(invoice, body, known_since, local_today(uow))
    before = events.invoice_fields(invoice)
    payment = _payment(invoice, body)
    invoice.payments.append(payment)
    invoice.amount_paid += payment.amount
    settle(invoice)
    changed = changes_between(before, events.invoice_fields(invoice))
    uow.publish(events.payment_recorded(invoice, payment, changed))
    return invoice


def void_invoice(
    uow: UnitOfWork, invoice_id: uuid.UUID, reason: str, expected_version: int | None = None
) -> Invoice:
    """Declare an invoice void; its number stays taken, its time is unbilled again. What was paid is
    refunded first.

    Raises `NotVoidable`.
    """
    _client, invoice = lock_invoice(uow, invoice_id, expected_version)
    if invoice.status == VOID:
        raise NotVoidable("It is void already.", state=invoice.status)
    if invoice.amount_paid:
        raise NotVoidable("Payments are entered against it; enter a refund first.")
    if invoice.amount_credited:
        raise NotVoidable("It is credited; credit the rest of it instead.")
    before = events.invoice_fields(invoice)
    invoice.status = VOID
    invoice.void_reason = reason
    invoice.paid_on = None
    unbilled = release_time(uow, invoice.id)
    move(invoice)
    changed = changes_between(before, events.invoice_fields(invoice))
    uow.publish(events.invoice_voided(invoice, reason, changed, unbilled))
    return invoice


def _due_on(uow: UnitOfWork, issued_on: date) -> date | None:
    days = get_workspace(uow).invoice_due_days
    return None if days is None else issued_on + timedelta(days=days)


def _payment(invoice: Invoice, body: dict[str, Any]) -> Payment:
    return Payment(
        id=uuid7(),
        workspace_id=invoice.workspace_id,
        invoice_id=invoice.id,
        amount=body["amount"],
        paid_on=body["paid_on"],
        method=body.get("method"),
        reference=body.get("reference"),
        created_at=now(),
    )
