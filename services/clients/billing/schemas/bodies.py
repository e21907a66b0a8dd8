"""What billing's routes accept."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate

from services.clients.billing.models import INVOICE_STATUSES
from services.clients.records.schemas.fields import DecimalText, currency, line, prose
from shared.http.fields import Day
from shared.http.fields import prose as blank_or_prose
from shared.http.schemas import Coded, PageQuery, StrictSchema

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


def _lines(schema: type[Schema], **kwargs: Any) -> fields.List[Any]:
    return fields.List(fields.Nested(schema), validate=validate.Length(max=MAX_LINES), **kwargs)


class InvoiceChanges(StrictSchema):
    """What of a draft can be changed; `lines` replaces all lines."""

    currency = currency()
    period_start = Day(allow_none=True)
    period_end = Day(allow_none=True)
    due_on = Day(allow_none=True)
    notes = blank_or_prose(minLength=0)
    lines = _lines(ChangedLine)


class InvoiceBody(InvoiceChanges):
    """A new draft."""

    currency = currency(nullable=True)
    lines = _lines(LineBody, required=True)


class IssueBody(StrictSchema):
    """Nothing is said when a draft is issued: its date is today in the workspace's zone."""


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
