"""Which columns the list of clients has beside the name and the status; a choice of the browser."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from flask import request
from werkzeug.wrappers import Response

from web.shell import pages
from web.shell.texts import noted

#: Every column that may be left out, in the order of the list, and what it is called.
COLUMNS: Final = {
    "industry": noted("Industry"),
    "service": noted("Main service"),
    "size": noted("Size"),
    "contact": noted("Main contact"),
    "owner": noted("Owner"),
    "tags": noted("Tags"),
    "created": noted("Created"),
    "changed": noted("Changed"),
}
_COOKIE: Final = "columns"
_USUAL: Final = ("industry", "contact", "owner", "changed")
# A cookie has no empty value that every browser keeps.
_NONE: Final = "none"


def chosen() -> list[str]:
    """The columns that are shown."""
    kept = request.cookies.get(_COOKIE)
    found = _USUAL if kept is None else kept.split(".")
    return [name for name in COLUMNS if name in found]


def keep(answer: Response, names: Collection[str]) -> None:
    """Have the browser keep its choice; what is no column is passed over."""
    found = ".".join(name for name in COLUMNS if name in names) or _NONE
    pages.remember(answer, _COOKIE, found)
