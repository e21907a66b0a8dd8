"""Billing's commands. Each locks the client's row first, and none commits."""

from __future__ import annotations

from services.clients.billing.operations.drafts import create_invoice, update_invoice
from services.clients.billing.operations.invoices import (
    issue_invoice,
    record_payment,
    void_invoice,
)
from services.clients.billing.operations.moving import move_client_billing
from services.clients.billing.operations.projects import create_project, update_project
from services.clients.billing.operations.removal import remove_client_billing

__all__ = [
    "create_invoice",
    "create_project",
    "issue_invoice",
    "move_client_billing",
    "record_payment",
    "remove_client_billing",
    "update_invoice",
    "update_project",
    "void_invoice",
]
