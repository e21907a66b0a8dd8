"""Fields of bodies, each with the check of its value: the same in every body.

They are marshmallow's, so that they stand in the OpenAPI document, and read in either way:
by marshmallow, or by the walk of `shared.http.reading`.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Final

from marshmallow import ValidationError, fields

from shared.errors import FieldError
from shared.http.schemas import Coded
from shared.values import choices, days, text
from shared.values.findings import Check, Wrong

#: In place of a value that was wrong.
NOTHING: Final = object()

Errors = list[FieldError]

_OF_MARSHMALLOW = ("required", "load_default", "validate")


def checked(check: Check, value: Any) -> Any:
    """What the check makes of the value; what it raises is marshmallow's error."""
    try:
        return check(value)
    except Wrong as wrong:
        raise ValidationError(Coded(wrong.code, wrong.message)) from wrong


def or_null(allowed: bool, path: str, errors: Errors) -> Any:
    """None where null is allowed; else `NOTHING`, and the error noted."""
    if allowed:
        return None
    errors.append(FieldError(path, "null", "Must not be null."))
    return NOTHING


def described(kwargs: dict[str, Any]) -> dict[str, Any]:
    """Whatever marshmallow does not know is for the OpenAPI document."""
    known = {name: kwargs.pop(name) for name in _OF_MARSHMALLOW if name in kwargs}
    return {**known, "metadata": kwargs}


class _Checked(fields.Field[Any]):
    """A field with a check of its own; null stands for nothing unless `nullable` is false."""

    def __init__(self, check: Check, *, nullable: bool = True, **kwargs: Any) -> None:
        self.check = check
        super().__init__(allow_none=nullable, **described(kwargs))

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> Any:
        return checked(self.check, value)

    def read(self, value: Any, path: str, errors: Errors) -> Any:
        """The value after its check."""
        if value is None:
            return or_null(self.allow_none, path, errors)
        try:
            return self.check(value)
        except Wrong as wrong:
            errors.append(wrong.at(path))
            return NOTHING


class Rule(_Checked, fields.String):
    """A text with a check of its own."""


class FlagRule(_Checked, fields.Boolean):
    """True or false."""


class ListRule(fields.List[Any]):
    """A list of plain values checked as a whole."""

    def __init__(self, inner: fields.Field[Any], check: Check, **kwargs: Any) -> None:
        self._rule = Rule(check)
        super().__init__(inner, allow_none=True, **described(kwargs))

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> Any:
        return checked(self._rule.check, value)

    def read(self, value: Any, path: str, errors: Errors) -> Any:
        """The list after its check."""
        return self._rule.read(value, path, errors)


class ValuesRule(_Checked, fields.Dict):
    """An object whose keys are for the workspace to say; checked once those are known."""


class Day(fields.Date):
    """A day as `2026-11-23`."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> date:
        try:
            return days.as_date(value)
        except Wrong as wrong:
            raise self.make_error("invalid", input=value, obj_type=self.OBJ_TYPE) from wrong


class Moment(fields.AwareDateTime):
    """A moment with its offset, as RFC 3339 writes it."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> datetime:
        try:
            return days.as_moment(value)
        except Wrong as wrong:
            raise self.make_error("invalid", input=value, obj_type=self.OBJ_TYPE) from wrong


def line(limit: int, **kwargs: Any) -> Rule:
    """A text on one line; a blank one is null."""
    return Rule(text.line(limit), maxLength=limit, **kwargs)


def required_line(limit: int, **kwargs: Any) -> Rule:
    """A text on one line in which something stands: a name, a label."""
    return Rule(text.required_line(limit), nullable=False, maxLength=limit, **kwargs)


def prose(limit: int = text.PROSE_LENGTH, **kwargs: Any) -> Rule:
    """A text that may have several lines; a blank one is null."""
    return Rule(text.prose(limit), maxLength=limit, **kwargs)


def flag(**kwargs: Any) -> FlagRule:
    """True or false, and nothing that merely looks like it."""
    return FlagRule(choices.flag, nullable=False, **kwargs)
