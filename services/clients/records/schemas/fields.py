"""Fields of money, quantities and required texts, for bodies of what belongs to a client."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from marshmallow import fields

from services.clients.values import money
from shared.http.fields import Rule, checked
from shared.values import text
from shared.values.findings import Check


class DecimalText(fields.Field[Decimal]):
    """A decimal number as a string (or a JSON number), with so many digits at most."""

    def __init__(
        self, *, places: int, least: str | None = None, most: str | None = None, **kwargs: Any
    ) -> None:
        pattern = rf"^-?[0-9]{{1,12}}(\.[0-9]{{1,{places}}})?$"
        shown = {"type": ["string", "number"], "pattern": pattern, **kwargs.pop("metadata", {})}
        super().__init__(metadata=shown, **kwargs)
        bounds = (None if bound is None else Decimal(bound) for bound in (least, most))
        self._check = money.decimal(places, *bounds)

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> Decimal:
        number: Decimal = checked(self._check, value)
        return number


def currency(*, nullable: bool = False) -> Rule:
    """A currency of ISO 4217; small letters will do."""
    return Rule(money.required_currency, nullable=nullable, pattern="^[A-Za-z]{3}$")


def line(most: int, **kwargs: Any) -> Rule:
    """A text on one line in which something stands."""
    return _text(text.line(most), most, **kwargs)


def prose(most: int, **kwargs: Any) -> Rule:
    """A text that may have several lines, in which something stands."""
    return _text(text.prose(most), most, **kwargs)


def _text(check: Check, most: int, *, nullable: bool = False, required: bool = False) -> Rule:
    shown = {"minLength": 1, "maxLength": most}
    return Rule(text.visible(check, "too_short"), nullable=nullable, required=required, **shown)
