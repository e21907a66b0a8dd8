"""Keeping the delivery log as long as it is kept."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import text

from shared.unit_of_work import UnitOfWork

#: Deliveries that are deleted in one transaction.
BATCH = 5_000

_FORGET = text(
    """
    DELETE FROM webhook_deliveries WHERE id IN (
        SELECT id FROM webhook_deliveries WHERE finished_at < :before LIMIT :most)
    """
)
_CLEAR = text(
    """
    DELETE FROM webhook_deliveries WHERE id IN (
        SELECT id FROM webhook_deliveries WHERE webhook_id = :webhook LIMIT :most)
    """
)
_DROP = text("DELETE FROM webhooks WHERE id = :webhook")


def forget_deliveries(uow: UnitOfWork, before: datetime) -> int:
    """Delete some of the workspace's deliveries that were finished before; how many."""
    return uow.connection.execute(_FORGET, {"before": before, "most": BATCH}).rowcount


def clear_removed(uow: UnitOfWork, webhook_id: uuid.UUID) -> int:
    """Delete some deliveries of a removed webhook, with the last of them the webhook itself;
    how many went."""
    gone = uow.connection.execute(_CLEAR, {"webhook": webhook_id, "most": BATCH}).rowcount
    if gone < BATCH:
        uow.connection.execute(_DROP, {"webhook": webhook_id})
    return gone
