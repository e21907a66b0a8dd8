"""Bodies in: strict schemas, messages with codes, every wrong field named at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, Self

from marshmallow import RAISE, Schema, ValidationError, fields, validate

from shared.errors import FieldError

#: A body of a megabyte can be wrong in a hundred thousand places, and its name for one of them be
#: nearly as long.
MAX_ERRORS = 200
_MAX_NAME = 200

_DEFAULT_CODES = (
    ("Missing data", "required"),
    ("Unknown field", "unknown_field"),
    ("Field may not be null", "null"),
    ("Longer than", "too_long"),
    ("Shorter than", "too_short"),
    ("Length must", "length"),
    ("Must be one of", "not_a_choice"),
    ("Must be greater", "too_small"),
    ("Must be less", "too_large"),
    ("Not a valid", "wrong_type"),
    ("Invalid input type", "wrong_type"),
    ("Invalid value", "wrong_type"),
)


class Coded(str):
    """A message for people with a stable code for programs.

    Raise `ValidationError(Coded("taken", "Taken by AES Corporation."))`.
    """

    __slots__ = ("code",)
    code: str

    def __new__(cls, code: str, message: str) -> Self:
        """The message is the string itself."""
        made = super().__new__(cls, message)
        made.code = code
        return made


#: Rows of a page at most.
MAX_PAGE = 200


class StrictSchema(Schema):
    """A body or query: unknown fields are refused."""

    class Meta:
        """marshmallow's switches."""

        unknown = RAISE


def listed_once(parts: Iterable[str]) -> list[str]:
    """The parts of a list that was typed, trimmed, each once; blank ones fall out."""
    return list(dict.fromkeys(part.strip() for part in parts if part.strip()))


def field_errors(messages: Any, path: str = "") -> list[FieldError]:
    """Flatten marshmallow's messages: `contacts[0].email` and so on, in order, the first of very
    many."""
    return list(islice(_walk(messages, path), MAX_ERRORS))


def invalid_fields(error: ValidationError) -> list[FieldError]:
    """The field errors of a marshmallow error."""
    return field_errors(error.messages)


def _walk(messages: Any, path: str) -> Iterator[FieldError]:
    if isinstance(messages, dict):
        for key, value in messages.items():
            yield from _walk(value, _join(path, key))
    elif isinstance(messages, list | tuple):
        for value in messages:
            yield from _walk(value, path)
    else:
        yield FieldError(path, _code_of(messages), str(messages))


def _join(path: str, key: Any) -> str:
    if key == "_schema":
        return path
    if isinstance(key, int):
        return f"{path}[{key}]"
    name = str(key)[:_MAX_NAME]
    return f"{path}.{name}" if path else name


def _code_of(message: Any) -> str:
    if isinstance(message, Coded):
        return message.code
    text = str(message)
    return next((code for start, code in _DEFAULT_CODES if text.startswith(start)), "invalid")


def page_of(view: type[Schema], name: str, **more: fields.Field[Any]) -> type[Schema]:
    """What a list answers: `{data, next}` and more beside; `next` is null on the last page.

    The document of the API has it under `name`.
    """
    base = StrictSchema if issubclass(view, StrictSchema) else Schema
    page: dict[str, fields.Field[Any]] = {
        "data": fields.List(fields.Nested(view)),
        "next": fields.String(allow_none=True),
    }
    return base.from_dict({**page, **more}, name=name)


class PageQuery(StrictSchema):
    """Which part of a list."""

    cursor = fields.String(load_default=None, allow_none=False, metadata={"minLength": 1})
    limit = fields.Integer(load_default=50, validate=validate.Range(1, MAX_PAGE))
