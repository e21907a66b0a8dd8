"""Keeping the delivery log as long as it is kept."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import text

from shared.unit_of_work import UnitOfWork

_FORGET = text(
    """
    DELETE FROM webhook_deliveries WHERE id IN (
        SELECT id FROM webhook_deliveries WHERE finished_at < :before LIMIT 5000)
    """
)


def forget_deliveries(uow: UnitOfWork, before: datetime) -> int:
    """Delete some of the workspace's deliveries that were finished before; how many."""
    return uow.connection.execute(_FORGET, {"before": before}).rowcount
