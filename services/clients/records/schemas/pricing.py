"""What is asked of a client's rates, and what is answered."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from marshmallow import Schema, fields

from services.clients.records.rules.pricing import RULES, Price
from services.clients.records.schemas.views import RateView
from services.clients.values import money
from shared.http.fields import Day, Rule, flag, required_line
from shared.http.schemas import StrictSchema
from shared.values import text

_HOURS = money.decimal(2, Decimal(0), Decimal("999999.99"))


class ExplainBody(StrictSchema):
    """Work of a position on a day: what would it be billed at?"""

    client_id = fields.UUID(required=True)
    position = required_line(text.WORD_LENGTH, required=True, examples=["Senior Engineer"])
    date = Day(required=True)
    hours = Rule(_HOURS, description="To 0.01.", examples=["7.25"])
    overtime = flag(load_default=False)


class ExplanationView(Schema):
    """The rate that applies, by which rule, and what the hours come to, rounded half up.

    Without a rate all but the rule and its explanation are null.
    """

    rule = fields.String(metadata={"enum": RULES})
    explanation = fields.String()
    rate = fields.Nested(RateView, allow_none=True)
    unit_price = fields.String(allow_none=True)
    currency = fields.String(allow_none=True)
    amount = fields.String(allow_none=True)


def present_price(price: Price, hours: Decimal | None) -> dict[str, Any]:
    """As `ExplanationView`; without hours there is no amount."""
    amount = None if hours is None else price.amount(hours)
    return {
        "rule": price.rule,
        "explanation": price.explanation,
        "rate": price.rate,
        "unit_price": None if price.unit_price is None else money.decimal_text(price.unit_price, 2),
        "currency": price.currency,
        "amount": None if amount is None else f"{amount:f}",
    }
