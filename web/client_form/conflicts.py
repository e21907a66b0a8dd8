"""Two people changed the same: what each of them wrote, and whose is kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from flask import Response, request

from web.client_form.steps import Step, label_of
from web.shell import pages, reading

#: Before the name of a field: whether `theirs` or `yours` is kept of it.
KEEP: Final = "keep:"


@dataclass(frozen=True, slots=True)
class Row:
    """A field that both have changed; `base` is what it was before, None where nobody knows."""

    field: str
    theirs: Any
    yours: Any
    base: Any = None

    @property
    def label(self) -> str:
        """What the field is called."""
        return label_of(self.field)


def of_two(theirs: Mapping[str, Any], yours: Mapping[str, Any]) -> list[Row]:
    """The fields in which they differ, where it is not known who has changed which."""
    there, here = reading.leaves(theirs), reading.leaves(yours)
    return [
        Row(path, there.get(path), value)
        for path, value in here.items()
        if (there.get(path) or None) != (value or None)
    ]


def of_three(
    sides: Mapping[str, Any], current: Mapping[str, Any], yours: Mapping[str, Any]
) -> list[Row]:
    """The fields that both have changed since: `sides` has their paths and what was before."""
    there, here = reading.leaves(current), reading.leaves(yours)
    base = reading.leaves(sides.get("base") or {})
    paths = {*reading.leaves(sides.get("theirs") or {}), *reading.leaves(sides.get("yours") or {})}
    return [Row(path, there.get(path), here.get(path), base.get(path)) for path in sorted(paths)]


def chosen() -> dict[str, str]:
    """Whose value is kept, by field, as far as the form says."""
    found = request.form.items()
    return {name.removeprefix(KEEP): value for name, value in found if name.startswith(KEEP)}


def show(
    step: Step, rows: list[Row], typed: Mapping[str, Any], *, url: str, name: str, **numbers: int
) -> Response:
    """Both sides of each field, side by side; everything typed is in the form (412)."""
    return pages.show(
        "client_form/conflict.html",
        code=412,
        step=step,
        rows=rows,
        knows_base=any(row.base is not None for row in rows),
        typed=[*reading.written(typed)],
        numbers=numbers,
        url=url,
        name=name,
    )


def lines(value: Any) -> list[str]:
    """A value as lines of text, a row of a list on each."""
    if isinstance(value, list):
        return [text for each in value if (text := " · ".join(_words(each)))]
    return _words(value)


def _words(value: Any) -> list[str]:
    if isinstance(value, Mapping):
        return [text for name, each in value.items() if name != "id" for text in _words(each)]
    if isinstance(value, list):
        return [text for each in value for text in _words(each)]
    if isinstance(value, bool):
        return ["on" if value else "off"]
    return [] if value in (None, "") else [str(value)]
