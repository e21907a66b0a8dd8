"""Values of custom fields, held against their definitions.

A file's cells are all text, so that a number, a switch and a list may be written as text too.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from typing import Any

from services.clients.custom_fields.models import MAX_FIELDS
from services.clients.custom_fields.queries import Definition
from services.clients.values import addresses
from shared.values import days
from shared.values.findings import Wrong
from shared.values.folding import caseless
from shared.values.text import PROSE_LENGTH, plain, prose, separated

#: A double holds whole numbers up to here without loss.
_LARGEST = 2**53
_NUMBER = re.compile(r"[+-]?\d{1,17}(\.\d{1,10})?")
_SWITCHES = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}

_text = prose(PROSE_LENGTH)


def values_by_key(value: Any) -> dict[str, Any]:
    """An object of some hundred values at most; what they may be the definitions say."""
    if not isinstance(value, dict):
        raise Wrong("wrong_type", "Must be an object.")
    if len(value) > MAX_FIELDS:
        raise Wrong("too_many", f"At most {MAX_FIELDS}; these are {len(value)}.")
    return value


def custom_value(definition: Definition, value: Any, held: Any = None) -> Any:
    """The value as it is kept; None where it says nothing. Raises `Wrong`.

    What is `held` of a list may stay beside what is new.
    """
    if value is None or value == "":
        return None
    if definition.type == "multi_choice":
        return _choices(definition, value, held)
    return _READERS[definition.type](definition, value)


def _number(_: Definition, value: Any) -> int | float:
    if isinstance(value, str) and _NUMBER.fullmatch(value.strip()):
        value = float(value) if "." in value else int(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Wrong("wrong_type", "Must be a number.")
    if not math.isfinite(value) or abs(value) > _LARGEST:
        raise Wrong("out_of_range", f"Must be a number of at most {_LARGEST}.")
    return value


def _boolean(_: Definition, value: Any) -> bool:
    if isinstance(value, str):
        value = _SWITCHES.get(value.strip().casefold())
    if not isinstance(value, bool):
        raise Wrong("wrong_type", "Must be true or false.")
    return value


def _choice(definition: Definition, value: Any) -> str:
    wanted = caseless(plain(value))
    for choice in definition.choices:
        if caseless(choice) == wanted:
            return choice
    raise Wrong("not_a_choice", "Must be one of: " + ", ".join(definition.choices) + ".")


def _choices(definition: Definition, value: Any, held: Any) -> list[str] | None:
    items = separated(value) if isinstance(value, str) else value
    if not isinstance(items, list):
        raise Wrong("wrong_type", "Must be a list of texts.")
    kept = [item for item in held or () if item in items and item not in definition.choices]
    chosen = {_choice(definition, item) for item in items if item not in kept}
    return [*kept, *(choice for choice in definition.choices if choice in chosen)] or None


_READERS: Mapping[str, Callable[[Definition, Any], Any]] = {
    "text": lambda _, value: _text(value),
    "number": _number,
    "date": lambda _, value: days.day(value),
    "boolean": _boolean,
    "choice": _choice,
    "url": lambda _, value: addresses.website(value),
    "email": lambda _, value: addresses.email(value),
}


def texts_of(values: Mapping[str, Any]) -> list[str]:
    """What of the values a client can be found by."""
    found: list[str] = []
    for value in values.values():
        if isinstance(value, list):
            found += value
        elif not isinstance(value, bool):
            found.append(str(value))
    return found
