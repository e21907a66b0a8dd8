"""Reading webhooks, their deliveries, and which of them are due."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Row, Select, func, select, text
from sqlalchemy.orm import Session

from services.activity.webhooks.errors import DeliveryNotFound, WebhookNotFound
from services.activity.webhooks.models import Delivery, Webhook

_DUE = text("SELECT workspace_id, webhook_id FROM webhooks_due(:moment)")
_WITH_OLD = text("SELECT * FROM workspaces_with_old_deliveries(:before)")
_HEAD = text("SELECT coalesce(max(pos), 0) FROM feed WHERE workspace_id = :workspace")
_PLACE_OF_EVENT = text("SELECT pos FROM feed WHERE event_id = :event AND NOT parked")
# Places are given in the order of time, so the last one before a moment is found from the end.
_PLACE_AT = text(
    """
    SELECT coalesce((SELECT pos FROM feed WHERE workspace_id = :workspace AND fed_at <= :moment
                     ORDER BY pos DESC LIMIT 1), 0)
    """
)


def due_webhooks(session: Session, moment: datetime) -> Sequence[Row[uuid.UUID, uuid.UUID]]:
    """Whose webhooks, and which, have something to do that no dispatcher is at."""
    return session.execute(_DUE, {"moment": moment}).all()


def workspaces_with_old_deliveries(session: Session, before: datetime) -> list[uuid.UUID]:
    """The workspaces with deliveries that were finished before."""
    return list(session.scalars(_WITH_OLD, {"before": before}))


def head(session: Session, workspace_id: uuid.UUID) -> int:
    """The last place of the workspace in the feed."""
    return session.scalar(_HEAD, {"workspace": workspace_id}) or 0


def place_of_event(session: Session, event_id: uuid.UUID) -> int | None:
    """The place of an event of the workspace in the feed."""
    found: int | None = session.scalar(_PLACE_OF_EVENT, {"event": event_id})
    return found


def place_at(session: Session, workspace_id: uuid.UUID, moment: datetime) -> int:
    """The last place that was given by then."""
    return session.scalar(_PLACE_AT, {"workspace": workspace_id, "moment": moment}) or 0


def count_webhooks(session: Session) -> int:
    """How many webhooks the workspace has."""
    return session.scalar(select(func.count()).select_from(Webhook)) or 0


def webhooks() -> Select[Webhook]:
    """The webhooks of the workspace, unordered."""
    return select(Webhook)


def get_webhook(session: Session, webhook_id: uuid.UUID, *, lock: bool = False) -> Webhook:
    """One webhook, locked if it is to be changed; raises `WebhookNotFound`."""
    found = session.get(Webhook, webhook_id, with_for_update=lock or None)
    if found is None:
        raise WebhookNotFound
    return found


def deliveries_of(webhook_id: uuid.UUID, states: Sequence[str] | None) -> Select[Delivery]:
    """The deliveries of a webhook in these states, or all of them, unordered."""
    statement = select(Delivery).where(Delivery.webhook_id == webhook_id)
    return statement if not states else statement.where(Delivery.state.in_(states))


def get_delivery(
    session: Session, webhook_id: uuid.UUID, delivery_id: uuid.UUID, *, lock: bool = False
) -> Delivery:
    """One delivery of a webhook, locked if it is to be changed; raises `DeliveryNotFound`."""
    found = session.get(Delivery, delivery_id, with_for_update=lock or None)
    if found is None or found.webhook_id != webhook_id:
        raise DeliveryNotFound
    return found
