"""What commands of billing begin with, and what an invoice takes over from its surroundings."""

from __future__ import annotations

import uuid
from typing import Any

from services.clients.access.queries import get_workspace
from services.clients.access.rules import Pattern, parse_pattern
from services.clients.billing.errors import InternalClient, InvoiceNotFound, StaleInvoice
from services.clients.billing.models import Invoice
from services.clients.records.models.record import Client
from services.clients.records.queries.owned import lock_owned
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


def number_pattern(uow: UnitOfWork) -> Pattern:
    """The workspace's pattern of invoice numbers."""
    return parse_pattern(get_workspace(uow).invoice_number_pattern)


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
        "address": {
            field: getattr(client, field)
            for field in ("street", "city", "state", "county", "postal_code", "country")
        },
    }
