"""Forms that come too late: whoever sent one is signed out by now, and what was typed is kept.

It is kept in the page itself, as hidden fields of the sign-in form, and afterwards of a form that
sends it again; nothing of it is stored.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Final
from urllib.parse import urlsplit

import orjson
from flask import current_app, request

from web.shell import forms

FIELD: Final = "kept"


@dataclass(frozen=True, slots=True)
class Kept:
    """A form that was not carried out: where it goes, and its fields in their order."""

    path: str
    fields: list[tuple[str, str]]

    def packed(self) -> str:
        """As the value of one field."""
        return orjson.dumps(asdict(self)).decode()


def of_request() -> Kept | None:
    """The form of this request, if it was sent by a page of this site and can be sent again."""
    view = current_app.view_functions.get(request.endpoint or "")
    if request.method != "POST" or view is None or forms.reads_itself(view):
        return None
    if not _is_from_here() or request.files or request.endpoint == "sign_in.sign_in":
        return None
    fields = [(name, text) for name, text in request.form.items(multi=True) if name != forms.FIELD]
    return Kept(request.full_path.rstrip("?"), fields)


def of_field() -> Kept | None:
    """The form that was kept in this one; None where there is none, or what is no form of ours."""
    try:
        found = orjson.loads(request.form.get(FIELD, ""))
        kept = Kept(str(found["path"]), [(str(name), str(text)) for name, text in found["fields"]])
    except (ValueError, KeyError, TypeError):
        return None
    return kept if kept.path.startswith("/") and not kept.path.startswith(("//", "/\\")) else None


def _is_from_here() -> bool:
    """Whether the browser says so; where it says nothing, it is not believed."""
    if site := request.headers.get("Sec-Fetch-Site"):
        return site == "same-origin"
    return urlsplit(request.headers.get("Origin", "")).netloc == request.host
