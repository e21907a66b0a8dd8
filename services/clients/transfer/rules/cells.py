"""A value as the text of a cell, and back."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
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


def read_street(text: str) -> str:
    """Lines of a cell as one."""
    return ", ".join(line.strip(" ,") for line in text.splitlines() if line.strip(" ,"))


def read_json(text: str) -> Any:
    """An object or a list; a text that is no JSON stays what it is."""
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return text


def _joined(words: Sequence[str]) -> str:
    line = io.StringIO()
    csv.writer(line, delimiter=SEPARATOR, lineterminator="").writerow(words)
    return line.getvalue() if words else ""
