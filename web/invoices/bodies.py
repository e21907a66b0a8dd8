"""What is typed on the forms about an invoice, as the API takes it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from flask import request

from clientele_client.errors import FieldError
from web.shell import reading
from web.shell.texts import gettext, noted

_FIELDS: Final = (
    "issued_on", "amount", "paid_on", "method", "reference", "reason", "what", "lines",
)  # fmt: skip
_LABELS: Final = {
    "issued_on": noted("Day on the invoice"),
    "amount": noted("Amount"),
    "paid_on": noted("Day"),
    "method": noted("Paid by"),
    "reference": noted("Reference"),
    "reason": noted("Why"),
    "lines": noted("Lines"),
}

_ROW: Final = re.compile(r"lines\[(\d+)\]")


def typed() -> dict[str, Any]:
    """What stands in the form that was sent, as it was typed."""
    return reading.typed(request.form, _FIELDS)


def given(values: Mapping[str, Any]) -> dict[str, Any]:
    """What of it says something."""
    return {name: value for name, value in values.items() if value not in (None, [], "")}


def as_refund(values: Mapping[str, Any]) -> dict[str, Any]:
    """A payment the other way: people type how much is given back."""
    amount = str(values.get("amount") or "")
    return {**values, "amount": amount if amount.startswith("-") else f"-{amount}"}


def of_credit(values: Mapping[str, Any]) -> dict[str, Any]:
    """What is credited: the rest, an amount, or lines with how much of each."""
    body: dict[str, Any] = {"reason": values.get("reason") or ""}
    if values.get("what") == "amount":
        body["amount"] = values.get("amount") or ""
    if values.get("what") == "lines":
        rows = values.get("lines") or ()
        body["lines"] = [_credited(rows[place]) for place in _chosen(rows)]
    return body


def _chosen(rows: Any) -> list[int]:
    """The places of the rows that are ticked, or in which an amount was typed."""
    return [place for place, row in enumerate(rows) if row.get("line_id") or row.get("amount")]


def _credited(row: Mapping[str, Any]) -> dict[str, Any]:
    amount = {"amount": row["amount"]} if row.get("amount") else {}
    return {"line_id": row.get("line_id") or row.get("of"), **amount}


def at_their_rows(errors: list[FieldError], values: Mapping[str, Any]) -> list[FieldError]:
    """Errors of the lines that were sent, at the rows of the form that they come from."""
    chosen = _chosen(values.get("lines") or ())
    return [replace(each, field=_ROW.sub(lambda it: f"lines[{chosen[int(it[1])]}]", each.field))
            for each in errors]  # fmt: skip


def label_of(field: str) -> str:
    """What a field of these forms is called."""
    if row := _ROW.match(field):
        return gettext("Line %(num)s", num=int(row[1]) + 1)
    return gettext(_LABELS[field]) if field in _LABELS else field.replace("_", " ").capitalize()
