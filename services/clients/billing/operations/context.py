"""What every command of billing begins with: the client locked, the workspace's defaults."""

from __future__ import annotations

import uuid
from datetime import date
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import select

from services.clients.access.queries import get_workspace
from services.clients.access.rules import Pattern, parse_pattern
from services.clients.billing.errors import InternalClient, InvoiceNotFound, StaleInvoice
from services.clients.billing.models import Invoice, Project
from services.clients.records.errors import ClientMerged, ClientNotFound
from services.clients.records.models.record import Client
from services.clients.records.queries.clients import lock_client
from shared.clock import now
from shared.errors import require_version
from shared.unit_of_work import UnitOfWork

Owned = TypeVar("Owned", Invoice, Project)


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


def lock_owned(
    uow: UnitOfWork, kind: type[Owned], wanted: uuid.UUID
) -> tuple[Client | None, Owned] | None:
    """A project or an invoice with its client, whose row is held; None if there is none.

    While the client was waited for, a merge may have given it to another: then that one is
    locked. Without a client its own row is held instead.
    """
    owner = select(kind.client_id).where(kind.id == wanted)
    while (client_id := uow.session.scalar(owner)) is not None:
        client = _lock_if_there(uow, client_id)
        held = uow.session.get(
            kind, wanted, populate_existing=True, with_for_update=client is None or None
        )
        if held is not None and held.client_id == client_id:
            return client, held
    return None


def _lock_if_there(uow: UnitOfWork, client_id: uuid.UUID) -> Client | None:
    try:
        return lock_client(uow, client_id)
    except (ClientNotFound, ClientMerged):
        return None


def refuse_internal(client: Client) -> None:
    """The internal client is the issuer of invoices; raises `InternalClient` for it."""
    if client.internal:
        raise InternalClient


def default_currency(uow: UnitOfWork) -> str:
    """The workspace's currency."""
    return get_workspace(uow).currency


def local_today(uow: UnitOfWork) -> date:
    """The present day in the workspace's time zone."""
    return now().astimezone(ZoneInfo(get_workspace(uow).time_zone)).date()


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
