"""What a form says that the columns of a file stand for, as the API takes it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from web.shell.reading import whole

#: Values that every row may be given.
CONSTANTS: Final = ("status", "tags", "primary_contact.email")

#: Encodings that can be named, the more frequent first.
ENCODINGS: Final = (
    "utf-8", "utf-16", "cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "cp1255", "cp1256",
    "cp1257", "cp1258", "cp874", "cp932", "euc_jp", "gb18030", "big5", "cp949", "iso8859-1",
    "iso8859-2", "iso8859-5", "iso8859-7", "iso8859-9", "iso8859-13", "iso8859-15", "koi8-r",
    "koi8-u", "mac-roman", "cp437", "cp850", "cp852", "cp866",
)  # fmt: skip

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
        "rows_of_one_client": "contacts" if "contacts" in form else "apart",
        **_notation(form),
    }


def _notation(form: Mapping[str, str]) -> Body:
    return {"dates": form.get("dates", "plain"), "decimals": form.get("decimals", "plain")}


def understood(form: Mapping[str, str]) -> Body:
    """The body of a reading: what was chosen, without what is left to be guessed."""
    chosen = {name: form.get(name, "") for name in ("sheet", "encoding", "delimiter")}
    row = form.get("heading_row", "").strip()
    # A row that is no number goes on as it is, for the API to refuse in words.
    number = whole(row)
    heading: Body = {"heading_row": row if number is None else number} if row else {}
    return {**{name: value for name, value in chosen.items() if value}, **heading}


def guessed(suggested: Mapping[str, str]) -> Body:
    """Where one begins: what the columns are called like."""
    return {
        "mapping": dict(suggested),
        "constants": {},
        "update_by_code": True,
        "on_duplicate": "skip",
        "empty_cells": "keep",
        "rows_of_one_client": "apart",
        **_notation({}),
    }


def typed_of_time(columns: Sequence[str], form: Mapping[str, str]) -> Body:
    """The same for a file of time, which has less to decide."""
    return {"mapping": typed(columns, form)["mapping"], "constants": {}, **_notation(form)}


def guessed_of_time(suggested: Mapping[str, str]) -> Body:
    """Where one begins with a file of time."""
    return {"mapping": dict(suggested), "constants": {}, **_notation({})}
