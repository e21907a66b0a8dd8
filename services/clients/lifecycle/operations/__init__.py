"""Lifecycle's commands. Each locks the clients' rows first, and none commits."""

from __future__ import annotations

from services.clients.lifecycle.operations.deleting import (
    Offer,
    delete_client,
    delete_now,
    plan_deletion,
    undo_deletion,
)
from services.clients.lifecycle.operations.erasing import erase_next, start_next
from services.clients.lifecycle.operations.merging import merge_clients, preview_merge

__all__ = [
    "Offer",
    "delete_client",
    "delete_now",
    "erase_next",
    "merge_clients",
    "plan_deletion",
    "preview_merge",
    "start_next",
    "undo_deletion",
]
