"""What happens to an invoice after its draft: issued, paid, refunded, declared void."""

from __future__ import annotations

import uuid
from datetime import date
from typing import Any

from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from services.clients.access.queries import local_today
from services.clients.billing import events
from services.clients.billing.errors import (
    NoCode,
    NoLines,
    NotDraft,
    NotPayable,
    NotVoidable,
    NumberTaken,
)
from services.clients.billing.models import DRAFT, PAYABLE, VOID, Invoice, Payment
from services.clients.billing.operations import checks
from services.clients.billing.operations.context import (
    billing_copy,
    lock_invoice,
    number_pattern,
    refuse_internal,
)
from services.clients.records.operations.codes import freeze_code
from shared.clock import now
from shared.ids import uuid7
from shared.messaging.changes import changes_between
from shared.unit_of_work import UnitOfWork

# One statement takes the next place of a series and locks its row until the transaction ends:
# two never get the same, and what is rolled back is drawn again.
_DRAW = text(
    """
    INSERT INTO invoice_series AS s (workspace_id, series, year, last_seq)
    VALUES (:workspace_id, :series, :year, 1)
    ON CONFLICT (workspace_id, series, year) DO UPDATE SET last_seq = s.last_seq + 1
    RETURNING last_seq
    """
)


def issue_invoice(
    uow: UnitOfWork, invoice_id: uuid.UUID, expected_version: int | None = None
) -> Invoice:
    """Give a draft its number and freeze it with a copy of the client as it is today.

    An invoice that comes to nothing is paid at once. Raises `NotDraft`, `NoLines`, `NoCode`,
    `InternalClient`, `NumberTaken`.
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
    invoice.issued_on = local_today(uow)
    number = _draw_number(uow, client.client_code, invoice.issued_on)
    invoice.number = number
    invoice.billing_copy = billing_copy(client)
    freeze_code(uow, client)
    _settle(invoice)
    _flush_number(uow, number)
    changed = changes_between(before, events.invoice_fields(invoice))
    uow.publish(events.invoice_issued(invoice, changed))
    return invoice


def record_payment(
    uow: UnitOfWork,
    invoice_id: uuid.UUID,
    body: dict[str, Any],
    expected_version: int | None = None,
) -> Invoice:
    """Enter a payment, or a refund where the amount is below zero; a refund may reopen it.

    Raises `NotPayable`, `BillingInvalid`.
    """
    _client, invoice = lock_invoice(uow, invoice_id, expected_version)
    if invoice.status not in PAYABLE:
        raise NotPayable(f"It is {invoice.status}.", state=invoice.status)
    checks.check_payment(invoice, body["amount"])
    before = events.invoice_fields(invoice)
    payment = _payment(invoice, body)
    invoice.payments.append(payment)
    invoice.amount_paid += payment.amount
    _settle(invoice)
    changed = changes_between(before, events.invoice_fields(invoice))
    uow.publish(events.payment_recorded(invoice, payment, changed))
    return invoice


def void_invoice(
    uow: UnitOfWork, invoice_id: uuid.UUID, reason: str, expected_version: int | None = None
) -> Invoice:
    """Declare an invoice void; its number stays taken. What was paid is refunded first.

    Raises `NotVoidable`.
    """
    _client, invoice = lock_invoice(uow, invoice_id, expected_version)
    if invoice.status == VOID:
        raise NotVoidable("It is void already.", state=invoice.status)
    if invoice.amount_paid:
        raise NotVoidable("Payments are entered against it; enter a refund first.")
    before = events.invoice_fields(invoice)
    invoice.status = VOID
    invoice.void_reason = reason
    _move(invoice)
    changed = changes_between(before, events.invoice_fields(invoice))
    uow.publish(events.invoice_voided(invoice, reason, changed))
    return invoice


def _draw_number(uow: UnitOfWork, code: str, issued_on: date) -> str:
    pattern = number_pattern(uow)
    place = {
        "workspace_id": uow.workspace_id,
        "series": code,
        "year": pattern.series_year(issued_on.year),
    }
    seq: int = uow.session.execute(_DRAW, place).scalar_one()
    return pattern.number(code, issued_on.year, seq)


def _flush_number(uow: UnitOfWork, number: str) -> None:
    """A pattern changed by the workspace may come to a number of the pattern before it."""
    try:
        uow.flush()
    except IntegrityError as error:
        if "uq_invoices_number" not in str(error.orig):
            raise
        raise NumberTaken(f"{number} is taken; change the pattern of numbers.") from error


def _settle(invoice: Invoice) -> None:
    invoice.status = invoice.settled_status()
    _move(invoice)


def _move(invoice: Invoice) -> None:
    invoice.version += 1
    invoice.updated_at = now()


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
