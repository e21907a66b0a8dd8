"""The workspace's own fields: defining, changing, retiring and restoring them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from flask import Blueprint, Response, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as Answer

from clientele_client.errors import Refused
from shared.security.permissions import WORKSPACE_MANAGE
from web.shell import callers, forms, pages, refusals, session
from web.shell.texts import gettext, noted
from web.shell.words import WORDS

blueprint = Blueprint("own_fields", __name__, url_prefix="/workspace/fields")
blueprint.before_request(lambda: callers.require(WORKSPACE_MANAGE))

LABELS: Final = {
    "label": noted("Label"),
    "key": noted("Key"),
    "type": noted("Kind"),
    "choices": noted("Choices"),
    "required": noted("Required"),
}
_CHOOSING = frozenset({"choice", "multi_choice"})
_NEW: Final = {"label": "", "key": "", "type": "text", "required": False, "choices": []}


@blueprint.get("")
def list_fields() -> Response:
    """All fields, the retired ones last."""
    found = callers.api().custom_fields()
    ordered = sorted(found, key=lambda field: field["retired"])
    return pages.show("own_fields/list.html", fields=ordered)


@blueprint.get("/new")
def show_new() -> Response:
    """The form of a new field."""
    return _form(_NEW)


@blueprint.post("/new")
def add() -> Answer:
    """Define a field."""
    typed = _typed(request.form)
    body = {**typed, "key": request.form.get("key", "").strip(), "type": request.form.get("type")}
    try:
        made = callers.api().administration.add_custom_field(body, forms.key_of(body))
    except Refused as error:
        return _form(body, refusals.by_field(error), code=422)
    session.notice("good", gettext("Clients have the field %(label)s now.", label=made["label"]))
    return pages.go(url_for("own_fields.list_fields"))


@blueprint.get("/<uuid:field_id>")
def show_field(field_id: Any) -> Response:
    """The form of a field that there is."""
    return _form(dict(callers.api().administration.custom_field(str(field_id))))


@blueprint.post("/<uuid:field_id>")
def change(field_id: Any) -> Answer:
    """Change a field, or retire or restore it, as the button says."""
    do, by = request.form.get("do", ""), callers.api().administration
    changes = {"retired": do == "retire"} if do in {"retire", "restore"} else _typed(request.form)
    try:
        by.change_custom_field(str(field_id), changes)
    except Refused as error:
        shown = {**by.custom_field(str(field_id)), **changes}
        return _form(shown, refusals.by_field(error), code=422)
    session.notice("good", gettext("Saved."))
    return pages.go(url_for("own_fields.list_fields"))


def _typed(form: MultiDict[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = {"label": form.get("label", ""), "required": "required" in form}
    if form.get("type") in _CHOOSING:
        found["choices"] = [line.strip() for line in form["choices"].splitlines() if line.strip()]
    return found


def _form(
    values: Mapping[str, Any], errors: Mapping[str, str] | None = None, *, code: int = 200
) -> Response:
    kinds = [(kind, gettext(label)) for kind, label in WORDS["field.type"].items()]
    return pages.show(
        "own_fields/form.html",
        values=values,
        kinds=kinds,
        takes_choices=values["type"] in _CHOOSING,
        errors=errors or {},
        labels={name: gettext(label) for name, label in LABELS.items()},
        code=code,
    )
