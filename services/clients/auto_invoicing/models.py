"""When each client is invoiced next, and the runs with what came of them."""

from __future__ import annotations

import uuid
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import ForeignKey, Numeric
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from shared.db.base import Base

RUNNING, DONE, BROKEN_OFF = "running", "done", "broken_off"
RUN_STATES: Final = (RUNNING, DONE, BROKEN_OFF)

#: What came of a client's period. `found`: an invoice of just this period was there.
ISSUED, DRAFTED, FOUND, NOTHING, FAILED = "issued", "drafted", "found", "nothing", "failed"
#: Of these a run has made the invoice.
MADE: Final = (ISSUED, DRAFTED)
OUTCOMES: Final = (ISSUED, DRAFTED, FOUND, NOTHING, FAILED)


class InvoicingSchedule(Base):
    """A client that is invoiced by itself, since a moment and so far until a day.

    The database keeps a row for every active client with the switch on that is not the internal
    one. `due_on` is None where it has to be worked out anew.
    """

    __tablename__ = "invoicing_schedules"

    client_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    workspace_id: Mapped[uuid.UUID]
    since: Mapped[datetime]
    invoiced_until: Mapped[date | None]
    due_on: Mapped[date | None]
    retry_at: Mapped[datetime | None]


class BillingRun(Base):
    """A run over the clients that were due at `as_of`; `started_by` is who asked for it."""

    __tablename__ = "billing_runs"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    workspace_id: Mapped[uuid.UUID]
    job_id: Mapped[uuid.UUID]
    state: Mapped[str]
    as_of: Mapped[datetime]
    issues: Mapped[bool]
    started_by: Mapped[str | None]
    clients: Mapped[int]
    invoiced: Mapped[int]
    failed: Mapped[int]
    created_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]


class RunItem(Base):
    """What came of a client's period in a run, in one currency where there is an invoice."""

    __tablename__ = "billing_run_items"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    workspace_id: Mapped[uuid.UUID]
    run_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("billing_runs.id"))
    client_id: Mapped[uuid.UUID]
    client_name: Mapped[str]
    period_start: Mapped[date]
    period_end: Mapped[date]
    currency: Mapped[str | None]
    outcome: Mapped[str]
    invoice_id: Mapped[uuid.UUID | None]
    number: Mapped[str | None]
    total: Mapped[Decimal | None] = mapped_column(Numeric(18, 4))
    errors: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
