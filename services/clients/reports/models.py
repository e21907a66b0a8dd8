"""Of which quarters each client has had its report by itself."""

from __future__ import annotations

import uuid
from datetime import date, datetime

from sqlalchemy.orm import Mapped, mapped_column

from shared.db.base import Base


class ReportSchedule(Base):
    """A client that has quarterly reports, since a moment and so far until a day; `reported_at`
    is when that was found.

    The database keeps a row for every active client with the switch on that is not the internal
    one.
    """

    __tablename__ = "report_schedules"

    client_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    workspace_id: Mapped[uuid.UUID]
    since: Mapped[datetime]
    reported_until: Mapped[date | None]
    reported_at: Mapped[datetime | None]
