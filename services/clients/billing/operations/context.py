"""What commands of billing begin with, and what an invoice takes over from its surroundings."""

from __future__ import annotations

import uuid
from datetime import date
from typing import Any

from services.clients.access.models import Workspace
from services.clients.access.queries import get_workspace
from services.clients.billing.errors import InternalClient, InvoiceNotFound, StaleInvoice
from services.clients.billing.models import PAID, Invoice
from services.clients.billing.rules.settling import settled_on
from services.clients.records.models.record import TAX_ID_CONTEXT, Client
from services.clients.records.queries.clients import find_internal_client
from services.clients.records.queries.owned import lock_owned
from shared.clock import now
from shared.errors import require_version
from shared.unit_of_work import UnitOfWork


def lock_invoice(
    uow: UnitOfWork, invoice_id: uuid.UUID, expected_version: int | None
) -> tuple[Client | None, Invoice]:
    """The invoice and its client, the client locked first: nobody else can change either now.

    The client is None where only the books are left of it. Raises `InvoiceNotFound`;
    `StaleInvoice` if its version is not the expected one (None: any).
    """
    found = lock_owned(uow, Invoice, invoice_id)
    if found is None:
        raise InvoiceNotFound
    client, invoice = found
    require_version(expected_version, invoice.version, StaleInvoice)
    return client, invoice


def refuse_internal(client: Client) -> None:
    """The internal client is the issuer of invoices; raises `InternalClient` for it."""
    if client.internal:
        raise InternalClient


def move(invoice: Invoice) -> None:
    """Another version of the invoice."""
    invoice.version += 1
    invoice.updated_at = now()


def settle(invoice: Invoice) -> None:
    """Another version, in the status and with the day that payments and credit notes make of it;
    what comes to nothing is paid on its own day."""
    invoice.status = invoice.settled_status()
    is_paid = invoice.status == PAID
    invoice.paid_on = _paid_on(invoice) or invoice.issued_on if is_paid else None
    move(invoice)


def _paid_on(invoice: Invoice) -> date | None:
    paid = [(each.paid_on, each.amount) for each in invoice.payments]
    credited = [(each.issued_on, each.total) for each in invoice.credit_notes]
    return settled_on(invoice.total, paid + credited)


def billing_copy(client: Client) -> dict[str, Any]:
    """The client as an invoice shows it for ever."""
    return {
        "company_name": client.company_name,
        "client_code": client.client_code,
        "contact": {
            "name": client.contact_name,
            "email": client.contact_email,
            "phone": client.contact_phone,
        },
        "address": _address(client),
    }


def issuer_copy(uow: UnitOfWork) -> dict[str, Any]:
    """The firm as an invoice shows it for ever: the active internal client, or else the workspace.

    How it is paid is the workspace's in either case. The tax id stands there readable, as on the
    paper.
    """
    workspace = get_workspace(uow)
    client = find_internal_client(uow.session)
    return {
        **(_firm(workspace) if client is None else _internal(uow, client)),
        "payment_instructions": workspace.payment_instructions,
        "bank_details": workspace.bank_details,
    }


def _internal(uow: UnitOfWork, client: Client) -> dict[str, Any]:
    sealed = client.tax_id
    return {
        "name": client.company_name,
        "address": _address(client),
        "tax_id": None if sealed is None else uow.vault.decrypt(sealed, TAX_ID_CONTEXT).decode(),
        "email": client.contact_email,
        "phone": client.contact_phone,
    }


def _firm(workspace: Workspace) -> dict[str, Any]:
    return {
        "name": workspace.name,
        "address": _address(workspace),
        "tax_id": workspace.tax_id,
        "email": None,
        "phone": None,
    }


def _address(of: Client | Workspace) -> dict[str, Any]:
    fields = ("street", "city", "state", "county", "postal_code", "country")
    return {field: getattr(of, field, None) for field in fields}
