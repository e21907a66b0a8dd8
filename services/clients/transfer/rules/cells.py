"""A value as the text of a cell, and back."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Any

import orjson

from shared.values.text import SEPARATOR

_TRUE = frozenset({"true", "yes", "y", "1", "on"})
_FALSE = frozenset({"false", "no", "n", "0", "off"})


def text_of(value: Any) -> str:
    """A public value as a cell: lists of words separated by semicolons, objects as JSON."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return _joined(value)
    if isinstance(value, list | dict):
        return orjson.dumps(value).decode()
    return str(value)


def read_flag(text: str) -> Any:
    """True or false; anything else stays the text that it is, for its check to refuse."""
    word = text.strip().casefold()
    if word in _TRUE:
        return True
    return False if word in _FALSE else text


def read_json(text: str) -> Any:
    """An object or a list; a text that is no JSON stays what it is."""
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return text


def from_sheet(value: Any) -> str:
    """What a workbook's cell holds, as it would be typed."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime):
        at_midnight = value.time() == time.min
        return value.date().isoformat() if at_midnight else value.isoformat()
    if isinstance(value, date | time):
        return value.isoformat()
    return text_of(value)


def _joined(words: Sequence[str]) -> str:
    line = io.StringIO()
    csv.writer(line, delimiter=SEPARATOR, lineterminator="").writerow(words)
    return line.getvalue() if words else ""
