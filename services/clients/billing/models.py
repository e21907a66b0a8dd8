"""Invoices with their lines, payments and credit notes."""

from __future__ import annotations

import uuid
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ForeignKey, Numeric
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from services.clients.billing.rules.totals import Discount, Tax, Totals, totals
from services.clients.records.models.owned import OwnedByClient
from shared.db.base import Base

_AMOUNT = Numeric(18, 4)

DRAFT = "draft"
ISSUED = "issued"
PARTIALLY_PAID = "partially_paid"
PAID = "paid"
VOID = "void"
INVOICE_STATUSES = (DRAFT, ISSUED, PARTIALLY_PAID, PAID, VOID)
OPEN = (ISSUED, PARTIALLY_PAID)
PAYABLE = (ISSUED, PARTIALLY_PAID, PAID)

REGULAR_LINE = "regular"
OVERTIME_LINE = "overtime"
FREE_LINE = "free"
LINE_KINDS = (REGULAR_LINE, OVERTIME_LINE, FREE_LINE)


class InvoiceLine(Base):
    """A line in its place on the invoice; `amount` is rounded, `tax_rate` is percent.

    A line of time keeps the rate as it was: its id, its amount as `unit_price`, and by which rule
    it applied.
    """

    __tablename__ = "invoice_lines"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    workspace_id: Mapped[uuid.UUID]
    invoice_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("invoices.id"))
    place: Mapped[int]
    kind: Mapped[str]
    rate_id: Mapped[uuid.UUID | None]
    rule: Mapped[str | None]
    explanation: Mapped[str | None]
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


class CreditNoteLine(Base):
    """What is taken off at one tax rate: `amount` and the `tax` on it; of which line, if of one."""

    __tablename__ = "credit_note_lines"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    workspace_id: Mapped[uuid.UUID]
    credit_note_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("credit_notes.id"))
    place: Mapped[int]
    invoice_line_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("invoice_lines.id"))
    description: Mapped[str]
    tax_rate: Mapped[Decimal] = mapped_column(Numeric(7, 4))
    amount: Mapped[Decimal] = mapped_column(_AMOUNT)
    tax: Mapped[Decimal] = mapped_column(_AMOUNT)


class CreditNote(Base):
    """What was taken off an issued invoice, in its currency; never edited."""

    __tablename__ = "credit_notes"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    workspace_id: Mapped[uuid.UUID]
    invoice_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("invoices.id"))
    number: Mapped[str]
    issued_on: Mapped[date]
    reason: Mapped[str]
    subtotal: Mapped[Decimal] = mapped_column(_AMOUNT)
    tax: Mapped[Decimal] = mapped_column(_AMOUNT)
    total: Mapped[Decimal] = mapped_column(_AMOUNT)
    created_at: Mapped[datetime]

    lines: Mapped[list[CreditNoteLine]] = relationship(
        order_by=CreditNoteLine.place, lazy="selectin"
    )


class InvoiceSums(Base):
    """What a workspace's invoices of a status, a currency and two days come to, in one of several
    slots: the database keeps them as invoices change. `due_on` is that of open invoices.
    """

    __tablename__ = "invoice_sums"

    workspace_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    status: Mapped[str] = mapped_column(primary_key=True)
    currency: Mapped[str] = mapped_column(primary_key=True)
    issued_on: Mapped[date | None] = mapped_column(primary_key=True)
    due_on: Mapped[date | None] = mapped_column(primary_key=True)
    slot: Mapped[int] = mapped_column(primary_key=True)
    invoices: Mapped[int]
    total: Mapped[Decimal]
    amount_paid: Mapped[Decimal]
    amount_credited: Mapped[Decimal]


class Invoice(OwnedByClient, Base):
    """An invoice; `billing_copy` is the client and `issuer` the firm as they were when it was
    issued. `discount` is what the percentage or the amount given comes to, and `tax_parts` what the
    tax is made of; `paid_on` is the day of what settled it, None while something is open;
    `reminded_days` are the days overdue of the last reminder.
    """

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
    purchase_order: Mapped[str | None]
    terms: Mapped[str | None]
    discount_percent: Mapped[Decimal | None] = mapped_column(Numeric(7, 4))
    discount_amount: Mapped[Decimal | None] = mapped_column(_AMOUNT)
    subtotal: Mapped[Decimal] = mapped_column(_AMOUNT)
    discount: Mapped[Decimal] = mapped_column(_AMOUNT)
    tax: Mapped[Decimal] = mapped_column(_AMOUNT)
    tax_parts: Mapped[list[dict[str, str]] | None] = mapped_column(JSONB(none_as_null=True))
    total: Mapped[Decimal] = mapped_column(_AMOUNT)
    amount_paid: Mapped[Decimal] = mapped_column(_AMOUNT)
    amount_credited: Mapped[Decimal] = mapped_column(_AMOUNT)
    paid_on: Mapped[date | None]
    void_reason: Mapped[str | None]
    reminded_days: Mapped[int | None]
    billing_copy: Mapped[dict[str, Any] | None]
    issuer: Mapped[dict[str, Any] | None]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]

    lines: Mapped[list[InvoiceLine]] = relationship(
        order_by=InvoiceLine.place, cascade="all, delete-orphan", lazy="selectin"
    )
    payments: Mapped[list[Payment]] = relationship(order_by=Payment.id, lazy="selectin")
    credit_notes: Mapped[list[CreditNote]] = relationship(order_by=CreditNote.id, lazy="selectin")

    @property
    def balance(self) -> Decimal:
        """What is still to be paid; below zero where credit notes leave money to be given back."""
        return self.total - self.amount_credited - self.amount_paid

    def sums(self) -> Totals:
        """The totals of its lines, tax rate by tax rate."""
        lines = [(line.amount, line.tax_rate) for line in self.lines]
        return totals(lines, self.currency, Discount(self.discount_percent, self.discount_amount))

    def sum_up(self) -> None:
        """Write down what its lines come to: it stays so, whatever becomes of the rules."""
        sums = self.sums()
        self.subtotal, self.discount = sums.subtotal, sums.discount
        self.tax, self.total = sums.tax, sums.total
        self.tax_parts = [tax.as_dict() for tax in sums.taxes]

    @property
    def taxes(self) -> tuple[Tax, ...]:
        """Its tax rate by rate, as it was written down."""
        if self.tax_parts is None:
            return self.sums().taxes
        return tuple(map(Tax.of_dict, self.tax_parts))

    def settled_status(self) -> str:
        """What payments and credit notes entered so far make of an issued invoice."""
        if self.balance <= 0:
            return PAID
        return PARTIALLY_PAID if self.amount_paid else ISSUED

    def is_overdue(self, today: date) -> bool:
        """Whether it was due before today and is not paid in full."""
        is_open = self.status in OPEN
        return is_open and self.due_on is not None and self.due_on < today
