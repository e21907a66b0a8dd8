"""The tables of webhooks: who wants what where, and what has become of each event."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import ARRAY, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from shared.db.base import Base

ACTIVE, PAUSED, DISABLED = "active", "paused", "disabled"
#: Gone for everyone; the row stays until the last of its deliveries is deleted.
REMOVED = "removed"
GONE, FAILING = "gone", "failing"
WAITING, HELD, DELIVERED, FAILED, ERASED = "waiting", "held", "delivered", "failed", "erased"
STATES = (WAITING, HELD, DELIVERED, FAILED, ERASED)


class Webhook(Base):
    """Where events are posted to, and how it does. Secrets are sealed.

    `permissions` are what whoever changed it last held: they decide what it may be told.
    """

    __tablename__ = "webhooks"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    workspace_id: Mapped[uuid.UUID]
    url: Mapped[str]
    description: Mapped[str | None]
    types: Mapped[list[str]] = mapped_column(ARRAY(Text))
    ordered: Mapped[bool]
    permissions: Mapped[list[str]] = mapped_column(ARRAY(Text))
    secret: Mapped[bytes]
    previous_secret: Mapped[bytes | None]
    previous_until: Mapped[datetime | None]
    state: Mapped[str]
    disabled_because: Mapped[str | None]
    version: Mapped[int]
    created_by: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    read_pos: Mapped[int]
    low_water_pos: Mapped[int] = mapped_column(server_default=text("0"))
    failures: Mapped[int] = mapped_column(server_default=text("0"))
    failing_since: Mapped[datetime | None]
    rest_until: Mapped[datetime | None]
    due_at: Mapped[datetime | None]
    lease_owner: Mapped[str | None]
    lease_until: Mapped[datetime | None]


class Delivery(Base):
    """One event for one webhook, with its last attempts."""

    __tablename__ = "webhook_deliveries"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    workspace_id: Mapped[uuid.UUID]
    webhook_id: Mapped[uuid.UUID]
    event_id: Mapped[uuid.UUID]
    feed_pos: Mapped[int | None]
    client_id: Mapped[uuid.UUID | None]
    type: Mapped[str]
    state: Mapped[str]
    tries: Mapped[int] = mapped_column(server_default=text("0"))
    next_at: Mapped[datetime | None]
    attempts: Mapped[list[dict[str, Any]]] = mapped_column(server_default=text("'[]'"))
    created_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
