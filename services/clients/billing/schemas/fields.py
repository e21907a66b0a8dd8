"""Fields that bodies are made of: decimals as strings, currencies, trimmed text."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from marshmallow import ValidationError, fields

from services.clients.billing import rules
from shared.http.schemas import Coded


class DecimalText(fields.Field[Decimal]):
    """A decimal number as a string (or a JSON number), with so many digits at most."""

    _SHAPE = re.compile(r"-?[0-9]{1,12}(\.[0-9]{1,9})?")

    def __init__(
        self, *, places: int, least: str | None = None, most: str | None = None, **kwargs: Any
    ) -> None:
        pattern = rf"^-?[0-9]{{1,12}}(\.[0-9]{{1,{places}}})?$"
        shown = {"type": ["string", "number"], "pattern": pattern, **kwargs.pop("metadata", {})}
        super().__init__(metadata=shown, **kwargs)
        self.places = places
        self.least = None if least is None else Decimal(least)
        self.most = None if most is None else Decimal(most)

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> Decimal:
        number = self._parsed(value)
        if number != round(number, self.places):
            told = f"At most {self.places} digits behind the point."
            raise ValidationError(Coded("too_precise", told))
        if self.least is not None and number < self.least:
            raise ValidationError(Coded("too_small", f"Must be at least {self.least}."))
        if self.most is not None and number > self.most:
            raise ValidationError(Coded("too_large", f"Must be at most {self.most}."))
        return number

    def _parsed(self, value: Any) -> Decimal:
        is_number = isinstance(value, str | int | float) and not isinstance(value, bool)
        if not is_number or not self._SHAPE.fullmatch(str(value)):
            told = 'Must be a decimal number as a string, for example "150.00".'
            raise ValidationError(Coded("wrong_type", told))
        # Adding zero turns minus zero into zero.
        return Decimal(str(value)) + 0


class Currency(fields.String):
    """Three letters of ISO 4217."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(metadata={"pattern": "^[A-Z]{3}$"}, **kwargs)

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> str:
        code = super()._deserialize(value, *args, **kwargs)
        if code is None or not rules.is_currency(code):
            told = 'Must be a currency of ISO 4217, for example "USD".'
            raise ValidationError(Coded("unknown_currency", told))
        return str(code)


class Text(fields.String):
    """Text without blanks around it; `least` characters at least, `most` at most."""

    def __init__(self, *, most: int, least: int = 1, **kwargs: Any) -> None:
        super().__init__(metadata={"minLength": least, "maxLength": most}, **kwargs)
        self.least = least
        self.most = most

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> str:
        text = str(super()._deserialize(value, *args, **kwargs)).strip()
        if len(text) < self.least:
            raise ValidationError(Coded("too_short", f"At least {self.least} characters."))
        if len(text) > self.most:
            raise ValidationError(Coded("too_long", f"At most {self.most} characters."))
        return text
