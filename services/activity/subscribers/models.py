"""The table of subscribers: who is sent what, over which broker, and how far."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import ARRAY, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from shared.db.base import Base

ACTIVE, PAUSED, REMOVED = "active", "paused", "removed"


class Subscriber(Base):
    """A Celery app that is sent the feed. The address of its broker is sealed; without one it is
    sent to over the broker of the services."""

    __tablename__ = "subscribers"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    workspace_id: Mapped[uuid.UUID]
    name: Mapped[str]
    types: Mapped[list[str]] = mapped_column(ARRAY(Text))
    permissions: Mapped[list[str]] = mapped_column(ARRAY(Text))
    broker: Mapped[bytes | None]
    state: Mapped[str]
    version: Mapped[int]
    epoch: Mapped[uuid.UUID]
    place: Mapped[int]
    read_pos: Mapped[int]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    failures: Mapped[int] = mapped_column(server_default=text("0"))
    last_error: Mapped[str | None]
    rest_until: Mapped[datetime | None]
    lease_owner: Mapped[str | None]
    lease_until: Mapped[datetime | None]
