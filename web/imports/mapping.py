"""What a form says that the columns of a file stand for, as the API takes it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

#: Values that every row may be given.
CONSTANTS: Final = ("status", "tags", "primary_contact.email")
ON_DUPLICATE: Final = ("skip", "reject", "create")

Body = dict[str, Any]


def typed(columns: Sequence[str], form: Mapping[str, str]) -> Body:
    """The body of a preview or a start; `form` names columns by their places, `to-0`."""
    chosen = {column: form.get(f"to-{place}", "") for place, column in enumerate(columns)}
    constants = {path: form.get(f"all-{path}", "").strip() for path in CONSTANTS}
    return {
        "mapping": {column: path for column, path in chosen.items() if path},
        "constants": {path: value for path, value in constants.items() if value},
        "update_by_code": "update_by_code" in form,
        "on_duplicate": form.get("on_duplicate", "skip"),
        "empty_cells": "clear" if "clear" in form else "keep",
    }


def guessed(suggested: Mapping[str, str]) -> Body:
    """Where one begins: what the columns are called like."""
    return {
        "mapping": dict(suggested),
        "constants": {},
        "update_by_code": True,
        "on_duplicate": "skip",
        "empty_cells": "keep",
    }


def typed_of_time(columns: Sequence[str], form: Mapping[str, str]) -> Body:
    """The same for a file of time, which has no more to decide."""
    return {"mapping": typed(columns, form)["mapping"], "constants": {}}


def guessed_of_time(suggested: Mapping[str, str]) -> Body:
    """Where one begins with a file of time."""
    return {"mapping": dict(suggested), "constants": {}}
