"""The fields of a draft invoice: what they are called, and what their buttons do."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any, Final, Self

from flask import request

from web.shell import formats, reading
from web.shell.texts import gettext, noted

PERIOD: Final = ("period_start", "period_end", "currency")
NAMES: Final = (
    "currency", "period_start", "period_end", "due_on", "purchase_order", "terms", "notes",
    "discount_percent", "discount_amount", "lines",
)  # fmt: skip
_LABELS: Final = {
    "currency": noted("Currency"),
    "period_start": noted("Period from"),
    "period_end": noted("Period to"),
    "due_on": noted("Due on"),
    "purchase_order": noted("Purchase order"),
    "terms": noted("Terms"),
    "notes": noted("Notes"),
    "discount_percent": noted("Discount in percent"),
    "discount_amount": noted("Discount as an amount"),
    "lines": noted("Lines"),
    "description": noted("service"),
    "quantity": noted("quantity"),
    "unit_price": noted("price"),
    "tax_rate": noted("tax"),
}
_ROW: Final = re.compile(r"lines\[(\d+)\](?:\.(\w+))?")
_UP: Final = "up"


def label_of(field: str) -> str:
    """What a field is called: `lines[1].quantity` is *Line 2, quantity*."""
    if row := _ROW.fullmatch(field):
        part = f", {label_of(row[2])}" if row[2] else ""
        return gettext("Line %(num)s", num=int(row[1]) + 1) + part
    return gettext(_LABELS[field]) if field in _LABELS else field.replace("_", " ").capitalize()


def of_new(values: Mapping[str, Any]) -> dict[str, Any]:
    """The body of a new draft; without terms of its own it has the workspace's."""
    return {name: value for name, value in values.items() if value is not None}


def carried_out(values: dict[str, Any]) -> str | None:
    """Do to the lines what the button says; the field to go to, None if it saves.

    `add`, `remove:2`, `up:2` and `down:2`.
    """
    kind, _, number = request.form.get("do", "save").partition(":")
    rows: list[Any] = values["lines"]
    if kind == "add":
        rows.append({"tax_rate": rows[-1].get("tax_rate")} if rows else {})
        return f"lines[{len(rows) - 1}].description"
    if kind not in {"remove", _UP, "down"}:
        return None
    place = reading.whole(number)
    place = len(rows) if place is None else place
    return _removed(rows, place) if kind == "remove" else _moved(rows, place, up=kind == _UP)


def _removed(rows: list[Any], place: int) -> str:
    del rows[place : place + 1]
    return "add-line"


def _moved(rows: list[Any], place: int, *, up: bool) -> str:
    other = place - 1 if up else place + 1
    if 0 <= other < len(rows) and place < len(rows):
        rows[place], rows[other] = rows[other], rows[place]
        return f"lines[{other}].description"
    return "add-line"


def last_month() -> dict[str, str]:
    """The month before this one, which is what is billed most often."""
    end = formats.local_date().replace(day=1) - timedelta(days=1)
    return {"period_start": end.replace(day=1).isoformat(), "period_end": end.isoformat()}


def this_month() -> dict[str, str]:
    """The month so far."""
    today = formats.local_date()
    return {"period_start": today.replace(day=1).isoformat(), "period_end": today.isoformat()}


@dataclass(frozen=True, slots=True)
class Unbilled:
    """Time that is on no invoice yet: hours by person and position, from day to day."""

    hours: Decimal
    rows: list[tuple[str, str, Decimal, Decimal]]
    first: str | None
    last: str | None

    @classmethod
    def of(cls, entries: Iterable[Mapping[str, Any]]) -> Self:
        """What these entries come to."""
        sums: dict[tuple[str, str], list[Decimal]] = defaultdict(lambda: [Decimal(0), Decimal(0)])
        days = []
        for entry in entries:
            found = sums[entry["person_name"], entry["position"]]
            found[0] += Decimal(entry["regular_hours"])
            found[1] += Decimal(entry["overtime_hours"])
            days.append(entry["date"])
        rows = [
            (person, position, hours[0], hours[1])
            for (person, position), hours in sorted(sums.items())
        ]
        whole = sum((regular + over for _, _, regular, over in rows), Decimal(0))
        return cls(whole, rows, min(days, default=None), max(days, default=None))
