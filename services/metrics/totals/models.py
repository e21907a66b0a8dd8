"""Facts about projects and invoices, and the totals of each client made from them."""

from __future__ import annotations

import uuid
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from shared.db.base import Base


class ProjectFact(Base):
    """A project as of the newest version heard of."""

    __tablename__ = "project_facts"

    project_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    workspace_id: Mapped[uuid.UUID]
    client_id: Mapped[uuid.UUID] = mapped_column(index=True)
    version: Mapped[int]
    status: Mapped[str]
    deleted: Mapped[bool]


class InvoiceFact(Base):
    """An invoice as of the newest version heard of, with sums of what was entered against it.

    `paid_on` is the day of the payment that settled it, None while something is to be paid.
    """

    __tablename__ = "invoice_facts"

    invoice_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    workspace_id: Mapped[uuid.UUID]
    client_id: Mapped[uuid.UUID] = mapped_column(index=True)
    version: Mapped[int]
    status: Mapped[str]
    currency: Mapped[str]
    total: Mapped[Decimal]
    amount_paid: Mapped[Decimal]
    amount_credited: Mapped[Decimal]
    issued_on: Mapped[date | None]
    due_on: Mapped[date | None]
    paid_on: Mapped[date | None]
    deleted: Mapped[bool]


class ClientMetrics(Base):
    """A client's totals; `total_revenue` is `[{currency, amount}]` in order of currency."""

    __tablename__ = "client_metrics"

    client_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    workspace_id: Mapped[uuid.UUID]
    active_projects: Mapped[int] = mapped_column(default=0)
    invoices_issued: Mapped[int] = mapped_column(default=0)
    paid_invoices: Mapped[int] = mapped_column(default=0)
    total_revenue: Mapped[list[Any]] = mapped_column(JSONB, default=list)


class ErasedClient(Base):
    """A client that was deleted: what arrives late for it is not counted, nor is it shown."""

    __tablename__ = "erased_clients"

    client_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    workspace_id: Mapped[uuid.UUID]
    erased_at: Mapped[datetime] = mapped_column(server_default=text("clock_timestamp()"))
