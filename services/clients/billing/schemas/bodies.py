"""What billing's routes accept."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from services.clients.billing.models import INVOICE_STATUSES
from services.clients.records.schemas.fields import DecimalText, currency, line, prose
from services.clients.values import money
from shared.http.fields import Day, Rule
from shared.http.fields import line as blank_or_line
from shared.http.fields import prose as blank_or_prose
from shared.http.schemas import Coded, PageQuery, StrictSchema
from shared.values.days import order

MAX_LINES = 500


def _nonzero(amount: Decimal) -> None:
    if not amount:
        raise ValidationError(Coded("zero", "Must not be zero."))


_PERCENT = {"description": "Percent: 8.25 stands for 8.25 %."}


class LineBody(StrictSchema):
    """A line: quantity × unit price, rounded to the currency."""

    description = prose(1000, required=True)
    quantity = DecimalText(places=2, least="0", most="999999.99", required=True)
    unit_price = DecimalText(places=4, least="-999999999", most="999999999", required=True)
    tax_rate = DecimalText(places=4, least="0", most="100", allow_none=True, metadata=_PERCENT)


class ChangedLine(LineBody):
    """A line of an edited draft; with the `id` of a line it has, that line is changed."""

    id = fields.UUID(allow_none=True)


def _positive() -> DecimalText:
    return DecimalText(places=4, least="0", most="999999999999", allow_none=True, validate=_nonzero)


def _lines(schema: type[Schema], **kwargs: Any) -> fields.List[Any]:
    return fields.List(fields.Nested(schema), validate=validate.Length(max=MAX_LINES), **kwargs)


class InvoiceChanges(StrictSchema):
    """What of a draft can be changed; `lines` replaces all lines."""

    currency = currency()
    period_start = Day(allow_none=True)
    period_end = Day(allow_none=True)
    due_on = Day(allow_none=True)
    notes = blank_or_prose(minLength=0)
    purchase_order = blank_or_line(100)
    terms = blank_or_prose(2_000)
    discount_percent = DecimalText(
        places=4, least="0", most="100", allow_none=True, metadata=_PERCENT
    )
    discount_amount = DecimalText(places=4, least="0", most="999999999999", allow_none=True)
    lines = _lines(ChangedLine)


class InvoiceBody(InvoiceChanges):
    """A new draft; without `terms` it has the workspace's."""

    currency = currency(nullable=True)
    lines = _lines(LineBody, required=True)


class CreditedLine(StrictSchema):
    """A line that is credited, or so much of it: without tax, and after its share of a discount."""

    line_id = fields.UUID(required=True)
    amount = _positive()


class CreditNoteBody(StrictSchema):
    """What is credited and why: some lines, or an amount with tax, or without either the rest."""

    reason = prose(1000, required=True)
    amount = _positive()
    lines = fields.List(
        fields.Nested(CreditedLine), validate=validate.Length(1, MAX_LINES), allow_none=True
    )


class PeriodBody(StrictSchema):
    """`POST …/invoices/from-time`: all time up to the end of a period."""

    period_start = Day(required=True)
    period_end = Day(required=True)
    currency = currency(nullable=True)

    @validates_schema
    def _in_order(self, body: dict[str, Any], **_: Any) -> None:
        for wrong in order(body.get("period_start"), body.get("period_end"), "period_end"):
            raise ValidationError({wrong.field: [Coded(wrong.code, wrong.message)]})


class IssueBody(StrictSchema):
    """The date that stands on the invoice; today in the workspace's zone if left out."""

    issued_on = Day(
        metadata={
            "description": "Not after today, nor before the newest of the client's invoices, so "
            "that numbers and dates have one order."
        }
    )


class VoidBody(StrictSchema):
    """Why an invoice is declared void."""

    reason = prose(1000, required=True)


class PaymentBody(StrictSchema):
    """Money received; below zero: given back."""

    amount = DecimalText(
        places=4, least="-999999999999", most="999999999999", required=True, validate=_nonzero
    )
    paid_on = Day(required=True)
    method = line(40, nullable=True)
    reference = line(200, nullable=True)


class InvoiceQuery(PageQuery):
    """A page of a client's invoices."""

    status = fields.String(validate=validate.OneOf(INVOICE_STATUSES))


class AllInvoicesQuery(PageQuery):
    """A page of all invoices; `from` and `to` are invoice days, so drafts have none."""

    status = fields.String(load_default=None, validate=validate.OneOf(INVOICE_STATUSES))
    overdue = fields.Boolean(load_default=False)
    client_id = fields.UUID(load_default=None)
    currency = Rule(money.required_currency, load_default=None)
    first = Day(data_key="from", load_default=None)
    last = Day(data_key="to", load_default=None)

    @validates_schema
    def _in_order(self, data: dict[str, Any], **_: Any) -> None:
        _refuse_disorder(data)


class StatementQuery(StrictSchema):
    """From the first day to the last."""

    first = Day(data_key="from", required=True)
    last = Day(data_key="to", required=True)

    @validates_schema
    def _in_order(self, data: dict[str, Any], **_: Any) -> None:
        _refuse_disorder(data)


def _refuse_disorder(data: dict[str, Any]) -> None:
    """An end does not lie before its beginning."""
    for wrong in order(data.get("first"), data.get("last"), "to"):
        raise ValidationError(Coded(wrong.code, wrong.message), wrong.field)
