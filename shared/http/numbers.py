"""Numbers in bodies, which are kept in binary: those that would become others on the way."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from shared.errors import FieldError

# An exponent, or more digits than are kept for certain, in a number or what looks like one in a
# text: most bodies have neither and are not read once more.
_SUSPECT = re.compile(rb"[\s:,\[]-?[0-9.]*(?:[0-9][eE]|[0-9.]{17})")


class _Written(str):
    """A number as it is written."""

    __slots__ = ()

    def is_kept(self) -> bool:
        """Whether it has no exponent, and comes out of binary as it went in."""
        return "e" not in self.lower() and Decimal(repr(float(self))) == Decimal(self)


def inexact_numbers(raw: bytes) -> list[FieldError]:
    """The places in a JSON body, known to be valid, of numbers that are not kept as written."""
    if not _SUSPECT.search(raw):
        return []
    return list(_inexact(json.loads(raw, parse_float=_Written), ""))


def _inexact(value: Any, path: str) -> Iterator[FieldError]:
    if isinstance(value, _Written) and not value.is_kept():
        message = "Write the number in plain digits, or all of its digits as a string."
        yield FieldError(path, "inexact_number", message)
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _inexact(item, f"{path}.{key}" if path else key)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _inexact(item, f"{path}[{index}]")
