"""Lists: adding, renaming, moving, retiring and restoring what may be chosen."""

from __future__ import annotations

from typing import Any, Final

from flask import Blueprint, Response, abort, request, url_for
from werkzeug.wrappers import Response as Answer

from clientele_client.errors import Refused
from clientele_client.shapes import ListEntry
from shared.security.permissions import WORKSPACE_MANAGE
from web.shell import callers, forms, pages, refusals, session
from web.shell.texts import gettext, noted

blueprint = Blueprint("lists", __name__, url_prefix="/workspace/lists")
blueprint.before_request(lambda: callers.require(WORKSPACE_MANAGE))

#: The lists by their names in the API, and what they are of.
LISTS: Final = {
    "industries": noted("Industries"),
    "service-types": noted("Service types"),
    "compliance-standards": noted("Compliance standards"),
    "document-categories": noted("Document categories"),
}


@blueprint.get("")
def show_lists() -> Answer:
    """The first of them."""
    return pages.go(url_for("lists.show_list", name=next(iter(LISTS))))


@blueprint.get("/<name>")
def show_list(name: str) -> Response:
    """One list in its order, with what is retired below it; `edit` is the entry to rename."""
    return _list(name)


@blueprint.post("/<name>")
def add(name: str) -> Answer:
    """An entry more, at the end."""
    typed = request.form.get("name", "")
    try:
        callers.api().administration.add_entry(name, typed, forms.key_of(typed))
    except Refused as error:
        return _list(name, added=typed, errors=refusals.by_field(error), code=422)
    session.notice("good", gettext("%(name)s can be chosen from now on.", name=typed.strip()))
    return pages.go(url_for("lists.show_list", name=name))


@blueprint.post("/<name>/<uuid:entry_id>")
def change(name: str, entry_id: Any) -> Answer:
    """Rename, move, retire or restore an entry, as the button says."""
    do, changes = request.form.get("do", ""), _changes(name, str(entry_id))
    try:
        callers.api().administration.change_entry(name, str(entry_id), changes)
    except Refused as error:
        errors = refusals.by_field(error)
        return _list(name, edit=str(entry_id), typed=changes.get("name"), errors=errors, code=422)
    anchor = "" if do in {"retire", "restore"} else f"entry-{entry_id}"
    return pages.go(url_for("lists.show_list", name=name, _anchor=anchor or None))


def _changes(name: str, entry_id: str) -> dict[str, Any]:
    do = request.form.get("do", "")
    if do in {"up", "down"}:
        return {"position": _place_beside(name, entry_id, -1 if do == "up" else 1)}
    if do in {"retire", "restore"}:
        return {"retired": do == "retire"}
    return {"name": request.form.get("name", "")}


def _place_beside(name: str, entry_id: str, step: int) -> int:
    """The place of the entry that is shown before or after it: retired ones are passed over."""
    shown = [each for each in _entries(name) if not each["retired"] or each["id"] == entry_id]
    at = next((at for at, each in enumerate(shown) if each["id"] == entry_id), None)
    if at is None:
        abort(404)
    return shown[min(max(at + step, 0), len(shown) - 1)]["position"]


def _entries(name: str) -> list[ListEntry]:
    if name not in LISTS:
        abort(404)
    return callers.api().entries(name)


def _list(
    name: str,
    *,
    edit: str | None = None,
    typed: str | None = None,
    added: str = "",
    errors: dict[str, str] | None = None,
    code: int = 200,
) -> Response:
    entries = _entries(name)
    return pages.show(
        "lists/list.html",
        name=name,
        lists={key: gettext(label) for key, label in LISTS.items()},
        in_use=[each for each in entries if not each["retired"]],
        retired=[each for each in entries if each["retired"]],
        edit=edit or request.args.get("edit"),
        typed=typed,
        added=added,
        errors=errors or {},
        code=code,
    )
