"""Invoices with their lines, payments, and the counters of invoice numbers."""

from __future__ import annotations

import uuid
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ForeignKey, Numeric
from sqlalchemy.orm import Mapped, mapped_column, relationship

from services.clients.records.models.owned import OwnedByClient
from shared.db.base import Base

_AMOUNT = Numeric(18, 4)

DRAFT = "draft"
ISSUED = "issued"
PARTIALLY_PAID = "partially_paid"
PAID = "paid"
VOID = "void"
INVOICE_STATUSES = (DRAFT, ISSUED, PARTIALLY_PAID, PAID, VOID)
PAYABLE = (ISSUED, PARTIALLY_PAID, PAID)

FREE_LINE = "free"


class InvoiceLine(Base):
    """A line in its place on the invoice; `amount` is rounded, `tax_rate` is percent."""

    __tablename__ = "invoice_lines"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    workspace_id: Mapped[uuid.UUID]
    invoice_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("invoices.id"))
    place: Mapped[int]
    kind: Mapped[str]
    rate_id: Mapped[uuid.UUID | None]
    description: Mapped[str]
    quantity: Mapped[Decimal] = mapped_column(_AMOUNT)
    unit_price: Mapped[Decimal] = mapped_column(_AMOUNT)
    tax_rate: Mapped[Decimal] = mapped_column(Numeric(7, 4))
    amount: Mapped[Decimal] = mapped_column(_AMOUNT)


class Payment(Base):
    """Money received, or given back where `amount` is below zero; never edited."""

    __tablename__ = "payments"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    workspace_id: Mapped[uuid.UUID]
    invoice_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("invoices.id"))
    amount: Mapped[Decimal] = mapped_column(_AMOUNT)
    paid_on: Mapped[date]
    method: Mapped[str | None]
    reference: Mapped[str | None]
    created_at: Mapped[datetime]


class Invoice(OwnedByClient, Base):
    """An invoice; `billing_copy` is the client as it was when the invoice was issued."""

    __tablename__ = "invoices"

    workspace_id: Mapped[uuid.UUID]
    version: Mapped[int]
    status: Mapped[str]
    number: Mapped[str | None]
    currency: Mapped[str]
    period_start: Mapped[date | None]
    period_end: Mapped[date | None]
    issued_on: Mapped[date | None]
    due_on: Mapped[date | None]
    notes: Mapped[str | None]
    subtotal: Mapped[Decimal] = mapped_column(_AMOUNT)
    tax: Mapped[Decimal] = mapped_column(_AMOUNT)
    total: Mapped[Decimal] = mapped_column(_AMOUNT)
    amount_paid: Mapped[Decimal] = mapped_column(_AMOUNT)
    void_reason: Mapped[str | None]
    billing_copy: Mapped[dict[str, Any] | None]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]

    lines: Mapped[list[InvoiceLine]] = relationship(
        order_by=InvoiceLine.place, cascade="all, delete-orphan", lazy="selectin"
    )
    payments: Mapped[list[Payment]] = relationship(order_by=Payment.id, lazy="selectin")

    @property
    def balance(self) -> Decimal:
        """What is still to be paid."""
        return self.total - self.amount_paid

    def settled_status(self) -> str:
        """The status that the payments entered so far make of an issued invoice."""
        if self.amount_paid == self.total:
            return PAID
        return PARTIALLY_PAID if self.amount_paid else ISSUED

    def is_overdue(self, today: date) -> bool:
        """Whether it was due before today and is not paid in full."""
        is_open = self.status in (ISSUED, PARTIALLY_PAID)
        return is_open and self.due_on is not None and self.due_on < today
