"""Time entries, and the weeks of persons that they are written in."""

from __future__ import annotations

import uuid
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import ARRAY, Numeric, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from services.clients.records.models.owned import OwnedByClient
from shared.db.base import Base

_HOURS = Numeric(6, 2)


class TimeEntry(OwnedByClient, Base):
    """Hours of one person on one day for one position of a project; `hours` to 0.01.

    `overtime_hours` are those of the hours that are billed as overtime. The person is a user by
    id, or anybody by name: `person_key` is the same for the same person, `person_name` is the
    name as it was when the entry was written. Billed, it has its invoice and the lines there that
    its hours stand in.
    """

    __tablename__ = "time_entries"

    workspace_id: Mapped[uuid.UUID]
    project_id: Mapped[uuid.UUID]
    version: Mapped[int]
    position: Mapped[str]
    user_id: Mapped[uuid.UUID | None]
    person_key: Mapped[str]
    person_name: Mapped[str]
    date: Mapped[date]
    hours: Mapped[Decimal] = mapped_column(_HOURS)
    overtime: Mapped[bool]
    overtime_hours: Mapped[Decimal] = mapped_column(_HOURS)
    note: Mapped[str | None]
    invoice_id: Mapped[uuid.UUID | None]
    invoice_line_ids: Mapped[list[uuid.UUID] | None] = mapped_column(ARRAY(Uuid))
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]

    @property
    def person(self) -> str:
        """As callers name the person: the user's id, or the name."""
        return self.person_name if self.user_id is None else str(self.user_id)

    @property
    def regular_hours(self) -> Decimal:
        """The hours that are billed as regular ones."""
        return self.hours - self.overtime_hours


class TimeWeek(Base):
    """A person's week from Monday on: whoever writes into it locks it, and counts its version."""

    __tablename__ = "time_weeks"

    workspace_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    person_key: Mapped[str] = mapped_column(primary_key=True)
    monday: Mapped[date] = mapped_column(primary_key=True)
    version: Mapped[int]
