"""What a client's deletion means to its books."""

from __future__ import annotations

import uuid

from sqlalchemy import delete, select

from services.clients.billing.models import Invoice, InvoiceLine
from shared.unit_of_work import UnitOfWork

_UNNUMBERED = "SELECT id FROM invoices WHERE client_id = :id AND number IS NULL"
#: The rows of a client that its deletion takes along: what is referred to comes first.
TABLES = {
    "invoices": f"id IN ({_UNNUMBERED})",
    "invoice_lines": f"invoice_id IN ({_UNNUMBERED})",
}


def remove_client_billing(uow: UnitOfWork, client_id: uuid.UUID) -> None:
    """Delete every invoice of the client that never got a number.

    Numbered invoices stay with their lines and payments, under their billing copy: the books
    are not erased. The caller holds the client's lock; nothing is published, since the
    client's deletion tells all of it.
    """
    unnumbered = select(Invoice.id).where(Invoice.client_id == client_id, Invoice.number.is_(None))
    lines = delete(InvoiceLine).where(InvoiceLine.invoice_id.in_(unnumbered))
    uow.session.execute(lines, execution_options={"synchronize_session": False})
    drafts = delete(Invoice).where(Invoice.client_id == client_id, Invoice.number.is_(None))
    uow.session.execute(drafts, execution_options={"synchronize_session": False})
