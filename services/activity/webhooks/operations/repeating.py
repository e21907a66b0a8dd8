"""Sending again what was sent before, and trying whether anyone is there."""

from __future__ import annotations

import uuid
from datetime import datetime

from services.activity.events.errors import BadFeedCursor
from services.activity.events.queries.feed import bounds
from services.activity.events.rules.cursors import place_of
from services.activity.webhooks import events, queries
from services.activity.webhooks.errors import NotNow, UnknownPosition
from services.activity.webhooks.models import DELIVERED, FAILED, WAITING, Delivery, Webhook
from services.activity.webhooks.operations.low_water import is_fresh_from
from services.activity.webhooks.operations.managing import look_now
from services.activity.webhooks.rules import types
from shared.clock import now
from shared.errors import FieldError
from shared.ids import uuid7
from shared.unit_of_work import UnitOfWork


def ping(uow: UnitOfWork, webhook_id: uuid.UUID) -> Delivery:
    """Have a test message sent, once, even to a webhook that is paused, disabled or at rest."""
    webhook = queries.get_webhook(uow.session, webhook_id, lock=True)
    moment = now()
    delivery = Delivery(
        id=uuid7(),
        workspace_id=uow.workspace_id,
        webhook_id=webhook.id,
        event_id=uuid7(),
        feed_pos=None,
        client_id=None,
        type=types.PING,
        state=WAITING,
        created_at=moment,
    )
    uow.session.add(delivery)
    webhook.due_at = moment
    uow.flush()
    return delivery


def resend(uow: UnitOfWork, webhook_id: uuid.UUID, delivery_id: uuid.UUID) -> Delivery:
    """Have one delivery sent once more, under the same id, as if it had never been tried.

    One that was held back stays behind what holds it; one whose client was deleted has nothing
    left to tell: `NotNow`.
    """
    webhook = queries.get_webhook(uow.session, webhook_id, lock=True)
    delivery = queries.get_delivery(uow.session, webhook_id, delivery_id, lock=True)
    if delivery.state not in {WAITING, DELIVERED, FAILED}:
        raise NotNow(f"It is {delivery.state}.", state=delivery.state)
    delivery.state, delivery.tries, delivery.next_at = WAITING, 0, None
    delivery.finished_at = None
    is_fresh_from(webhook, delivery.feed_pos)
    look_now(webhook, now())
    uow.flush()
    return delivery


def replay(uow: UnitOfWork, webhook_id: uuid.UUID, after: str) -> Webhook:
    """Have everything after a place in the feed sent again, in order, under the same ids.

    `after` is an event's id (the `webhook-id` that was received last), a time, or a cursor of the
    feed. A place the webhook has not come to yet changes nothing. Raises `UnknownPosition`.
    """
    webhook = queries.get_webhook(uow.session, webhook_id, lock=True)
    webhook.read_pos = min(webhook.read_pos, _place(uow, after))
    is_fresh_from(webhook, webhook.read_pos + 1)
    webhook.version += 1
    uow.publish(events.replayed(webhook, after))
    look_now(webhook, now())
    uow.flush()
    return webhook


def _place(uow: UnitOfWork, after: str) -> int:
    found: int | None = None
    if (event_id := _as_uuid(after)) is not None:
        found = queries.place_of_event(uow.session, event_id)
    elif (moment := _as_moment(after)) is not None:
        found = queries.place_at(uow.session, uow.workspace_id, moment)
    else:
        found = _place_of_cursor(uow, after)
    if found is None:
        message = "Use an event's id, a time such as 2026-01-31T09:00:00Z, or the feed's cursor."
        raise UnknownPosition(message, errors=[FieldError("after", "unknown_position", message)])
    return found


def _place_of_cursor(uow: UnitOfWork, cursor: str) -> int | None:
    """The place of a cursor that the feed has handed out in its present life."""
    try:
        place = place_of(uow.vault, uow.workspace_id, cursor)
    except BadFeedCursor:
        return None
    return place.pos if place.epoch == bounds(uow.connection).head.epoch else None


def _as_uuid(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


def _as_moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else None
