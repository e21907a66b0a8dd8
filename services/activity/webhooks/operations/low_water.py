"""The low-water mark of a webhook: up to it nothing waits to be sent for the first time, so that
nobody looks there.

A delivery that has arrived leaves a dead entry in the index of those that wait, which stays as long
as any snapshot may still see it: a dump of an hour would have every turn walk over all that was
delivered in that hour. What has failed waits by its time, and has no part in this.

The mark is moved under the lock of the webhook's row alone, as is all that begins to wait.
"""

from __future__ import annotations

from sqlalchemy import text

from services.activity.webhooks.models import Webhook
from shared.unit_of_work import UnitOfWork

_FIRST_FRESH = text(
    """
    SELECT feed_pos FROM webhook_deliveries
    WHERE webhook_id = :webhook AND state = 'waiting' AND next_at IS NULL AND feed_pos > :low_water
    ORDER BY feed_pos LIMIT 1
    """
)


def raise_low_water(uow: UnitOfWork, webhook: Webhook) -> None:
    """Raise the mark to what waits first, or to where the feed was read: what lies beyond may be
    made anew by reading it back."""
    given = {"webhook": webhook.id, "low_water": webhook.low_water_pos}
    first = uow.connection.scalar(_FIRST_FRESH, given)
    read = webhook.read_pos
    webhook.low_water_pos = read if first is None else min(first - 1, read)


def is_fresh_from(webhook: Webhook, feed_pos: int | None) -> None:
    """Deliveries from this place on wait anew; None: none does."""
    if feed_pos is not None:
        webhook.low_water_pos = min(webhook.low_water_pos, feed_pos - 1)
