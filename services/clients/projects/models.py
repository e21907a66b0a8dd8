"""Projects."""

from __future__ import annotations

import uuid
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import Numeric
from sqlalchemy.orm import Mapped, mapped_column

from services.clients.records.models.owned import OwnedByClient
from shared.db.base import Base

_AMOUNT = Numeric(18, 4)

ACTIVE = "active"
#: A project that is over takes no time any more.
CLOSED = ("completed", "cancelled")
STATUSES = ("planned", ACTIVE, "on_hold", *CLOSED)


class Project(OwnedByClient, Base):
    """A piece of work for a client. `budget_hours` to 0.01; money in `currency`."""

    __tablename__ = "projects"

    workspace_id: Mapped[uuid.UUID]
    version: Mapped[int]
    name: Mapped[str]
    code: Mapped[str | None]
    status: Mapped[str]
    currency: Mapped[str]
    budget_amount: Mapped[Decimal | None] = mapped_column(_AMOUNT)
    budget_hours: Mapped[Decimal | None] = mapped_column(_AMOUNT)
    starts_on: Mapped[date | None]
    ends_on: Mapped[date | None]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
