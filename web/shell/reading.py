"""Forms as the objects that the API takes, and such objects as forms.

An input is named after the path of its field: `address.city`, `rates[0].position`. What ends in
`[]` is a list, each value an element; what ends in `?` is a switch, on where any value says so.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from werkzeug.datastructures import MultiDict

_KEY: Final = re.compile(r"[^.\[\]]+")
_ROWS: Final = ("rates", "contacts", "lines")
# What a new row holds before anyone has typed into it.
_GIVEN: Final = {"currency", "roles", "tax_rate"}
_WORDS: Final = "tags"
# More digits are no number of rows, nor of anything else that a browser counts.
_WHOLE: Final = re.compile("[0-9]{1,15}")

Values = Mapping[str, Any]


def whole(sent: str) -> int | None:
    """A number as a browser sends it; None for whatever else may stand there."""
    return int(sent) if _WHOLE.fullmatch(sent) else None


def typed(form: MultiDict[str, str], names: Iterable[str]) -> dict[str, Any]:
    """What was typed for these fields of a client; what is blank is None."""
    found: dict[str, Any] = {}
    wanted = set(names)
    for name in form:
        keys = _KEY.findall(name.rstrip("?").removesuffix("[]"))
        if keys and keys[0] in wanted:
            _put(found, keys, _value(name, form.getlist(name)))
    for name in _ROWS:
        if name in wanted:
            given = found.get(name)
            found[name] = [*_rows(given)] if isinstance(given, dict) else []
    return found


def _put(found: dict[str, Any], keys: list[str], value: Any) -> None:
    for key in keys[:-1]:
        inner = found.setdefault(key, {})
        if not isinstance(inner, dict):
            return
        found = inner
    found[keys[-1]] = value


def _value(name: str, values: list[str]) -> Any:
    said = [value.strip() for value in values if value.strip()]
    if name.endswith("?"):
        return bool(said)
    if name.endswith("[]"):
        return said
    if name == _WORDS:
        return [word.strip() for value in said for word in value.split(",") if word.strip()]
    return said[-1] if said else None


def _rows(found: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Rows in their order, without those in which nothing stands; an old one keeps its blanks."""
    places = {place: key for key in found if (place := whole(key)) is not None}
    for _, key in sorted(places.items()):
        row = found[key] if isinstance(found[key], dict) else {}
        if row.get("id"):
            yield row
        elif any(value for name, value in row.items() if name not in _GIVEN):
            yield {name: value for name, value in row.items() if value not in (None, [])}


# --- the other way -----------------------------------------------------------------------


def at(values: Any, path: str) -> str:
    """What a text field of this path holds; empty where there is nothing, or no text."""
    for key in _KEY.findall(path):
        values = values.get(key) if isinstance(values, Mapping) else None
    return "" if values is None or isinstance(values, Mapping | list) else str(values)


def rows(values: Any, name: str) -> list[Mapping[str, Any]]:
    """The rows that a list field holds."""
    found = values.get(name) if isinstance(values, Mapping) else None
    return [row for row in found if isinstance(row, Mapping)] if isinstance(found, list) else []


def words(values: Any, name: str) -> list[str]:
    """The words that a list field holds."""
    found = values.get(name) if isinstance(values, Mapping) else None
    return [str(word) for word in found] if isinstance(found, list) else []


def written(values: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """The inputs that say what `typed` reads as these values."""
    if isinstance(values, Mapping):
        for key, value in values.items():
            yield from written(value, f"{path}.{key}" if path else str(key))
    elif path == _WORDS:
        yield path, ", ".join(map(str, values or ()))
    elif isinstance(values, list):
        yield from _written_list(values, path)
    elif isinstance(values, bool):
        yield f"{path}?", "yes" if values else ""
    else:
        yield path, "" if values is None else str(values)


def _written_list(values: list[Any], path: str) -> Iterator[tuple[str, str]]:
    if any(isinstance(value, Mapping) for value in values):
        for number, value in enumerate(values):
            yield from written(value, f"{path}[{number}]")
        return
    yield from ((f"{path}[]", str(value)) for value in values or [""])


def leaves(values: Values, path: str = "") -> dict[str, Any]:
    """Values by their paths; a list is one value."""
    found: dict[str, Any] = {}
    for key, value in values.items():
        here = f"{path}.{key}" if path else key
        if isinstance(value, Mapping):
            found |= leaves(value, here)
        else:
            found[here] = value
    return found


def grown(found: Mapping[str, Any]) -> dict[str, Any]:
    """The object of which these are the leaves."""
    whole: dict[str, Any] = {}
    for path, value in found.items():
        _put(whole, path.split("."), value)
    return whole
