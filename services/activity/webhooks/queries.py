"""Reading webhooks, their deliveries, and which of them are due."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Row, Select, Text, cast, func, select, text
from sqlalchemy.orm import Session

from services.activity.events.queries.feed import COLUMNS, envelope_json
from services.activity.webhooks.errors import DeliveryNotFound, WebhookNotFound
from services.activity.webhooks.models import REMOVED, Delivery, Webhook
from shared.http.paging import Page, Sort, measured_page, rows_after
from shared.unit_of_work import UnitOfWork

_DUE = text("SELECT workspace_id, webhook_id FROM webhooks_due(:moment)")
_WITH_OLD = text("SELECT * FROM workspaces_with_old_deliveries(:before)")
_REMOVED = text("SELECT workspace_id, webhook_id FROM removed_webhooks()")
_BACKLOGS = text(
    """
    SELECT b.*, coalesce(extract(epoch FROM clock_timestamp() - oldest_at), 0) AS seconds
    FROM webhook_backlogs() AS b
    """
)
_EVENT = text(f"SELECT {COLUMNS} FROM events AS e WHERE e.event_id = :event")
_HEAD = text("SELECT coalesce(max(pos), 0) FROM feed WHERE workspace_id = :workspace")
_PLACE_OF_EVENT = text("SELECT pos FROM feed WHERE event_id = :event AND NOT parked")
# Places are given in the order of time, so the last one before a moment is found from the end.
_PLACE_AT = text(
    """
    SELECT coalesce((SELECT pos FROM feed WHERE workspace_id = :workspace AND fed_at <= :moment
                     ORDER BY pos DESC LIMIT 1), 0)
    """
)


@dataclass(frozen=True, slots=True)
class Backlog:
    """How far behind a webhook is.

    `unread` places of the feed it has not come to (10,000 stands for more), whether it wants
    them or not; deliveries that are `waiting`, and `held` behind one that failed. `seconds` is
    the age of the oldest of all of these.
    """

    workspace: str
    webhook: str
    state: str
    unread: int
    waiting: int
    held: int
    seconds: float


def backlogs(session: Session) -> list[Backlog]:
    """Every webhook of every workspace."""
    return [
        Backlog(str(row.workspace_id), str(row.webhook_id), row.state, row.unread, row.waiting,
                row.held, round(float(row.seconds), 1))
        for row in session.execute(_BACKLOGS)
    ]  # fmt: skip


def due_webhooks(session: Session, moment: datetime) -> Sequence[Row[uuid.UUID, uuid.UUID]]:
    """Whose webhooks, and which, have something to do that no dispatcher is at."""
    return session.execute(_DUE, {"moment": moment}).all()


def workspaces_with_old_deliveries(session: Session, before: datetime) -> list[uuid.UUID]:
    """The workspaces with deliveries that were finished before."""
    return list(session.scalars(_WITH_OLD, {"before": before}))


def removed_webhooks(session: Session) -> Sequence[Row[uuid.UUID, uuid.UUID]]:
    """Whose webhooks, and which, were removed and have deliveries left."""
    return session.execute(_REMOVED).all()


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
    return session.scalar(select(func.count()).where(Webhook.state != REMOVED)) or 0


def webhooks() -> Select[Webhook]:
    """The webhooks of the workspace, unordered."""
    return select(Webhook).where(Webhook.state != REMOVED)


def get_webhook(session: Session, webhook_id: uuid.UUID, *, lock: bool = False) -> Webhook:
    """One webhook, locked if it is to be changed; raises `WebhookNotFound`."""
    found = session.get(Webhook, webhook_id, with_for_update=lock or None)
    if found is None or found.state == REMOVED:
        raise WebhookNotFound
    return found


def list_deliveries(
    uow: UnitOfWork, webhook_id: uuid.UUID, states: Sequence[str], cursor: str | None, limit: int
) -> Page:
    """A page of the deliveries of a webhook in these states, or of all, the newest first; bounded
    in bytes, as the answers to many attempts are long."""
    scope, order = f"deliveries:{webhook_id}:{states}", Sort(Delivery.id, descending=True)
    statement = select(Delivery).where(
        Delivery.webhook_id == webhook_id, *rows_after(uow.vault, scope, cursor, [order])
    )
    if states:
        statement = statement.where(Delivery.state.in_(states))
    rows = statement.order_by(order.clause).limit(limit + 1).subquery()
    keys, size = [Sort(rows.c.id, descending=True)], func.octet_length(cast(rows.c.attempts, Text))
    return measured_page(
        uow.session, uow.vault, Delivery, rows, keys, size, scope=scope, limit=limit
    )


def get_delivery(
    session: Session, webhook_id: uuid.UUID, delivery_id: uuid.UUID, *, lock: bool = False
) -> Delivery:
    """One delivery of a webhook, locked if it is to be changed; raises `DeliveryNotFound`."""
    found = session.get(Delivery, delivery_id, with_for_update=lock or None)
    if found is None or found.webhook_id != webhook_id:
        raise DeliveryNotFound
    return found


def event_of(session: Session, delivery: Delivery) -> dict[str, Any] | None:
    """The event that a delivery brings, as it is sent but for the time of the attempt."""
    row = session.execute(_EVENT, {"event": delivery.event_id}).one_or_none()
    return None if row is None else orjson.loads(envelope_json(row))
