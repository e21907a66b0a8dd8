"""Merging a client into another, by a preview in which one may choose field by field."""

from __future__ import annotations

from typing import Any, Final

from flask import Blueprint, Response, request, url_for
from werkzeug.wrappers import Response as Answer

from clientele_client.errors import Conflict, Invalid
from web.shell import forms, pages, session
from web.shell.callers import api
from web.shell.texts import gettext

blueprint = Blueprint("merge", __name__, url_prefix="/clients/<uuid:client_id>/merge")
#: Before the name of a field: whose value is kept of it.
_KEEP: Final = "keep:"
_FOUND = 10


@blueprint.get("")
def choose(client_id: Any) -> Response:
    """Whom to merge it into, and, once someone was chosen, what that would do."""
    client = api().client(str(client_id))
    if into := request.args.get("into"):
        return _preview(client, into)
    words = request.args.get("q", "").strip()
    found = api().client_page(q=words, limit=_FOUND).data if words else []
    return pages.show(
        "merge/choose.html",
        client=client,
        words=words,
        found=[each for each in found if each["id"] != client["id"]],
        alike=[] if words else api().duplicates(client["id"])[:_FOUND],
    )


@blueprint.post("")
def carry_out(client_id: Any) -> Answer:
    """Merge them as it was shown; with other choices than those, show it anew."""
    into, choices = request.form.get("into", ""), _choices()
    client = api().client(str(client_id))
    if request.form.get("do") == "preview":
        return _preview(client, into, choices)
    try:
        key = forms.key_of({"into": into, "choices": choices})
        kept = api().endings.merge(
            client["id"], into, choices, confirm=request.form.get("confirm"), key=key
        )
    except (Conflict, Invalid) as error:
        return _preview(client, into, choices, problem=error.title)
    said = gettext(
        "%(gone)s is part of %(kept)s now.",
        gone=client["company_name"],
        kept=kept["company_name"],
    )
    session.notice("good", said)
    return pages.go(url_for("client.show_details", client_id=kept["id"]))


def _choices() -> dict[str, str]:
    """What was chosen of the client that goes; the rest is as usual."""
    found = request.form.items()
    return {
        name.removeprefix(_KEEP): value
        for name, value in found
        if name.startswith(_KEEP) and value == "source"
    }


def _preview(
    client: Any, into: str, choices: dict[str, str] | None = None, problem: str = ""
) -> Response:
    return pages.show(
        "merge/preview.html",
        code=409 if problem else 200,
        client=client,
        preview=api().endings.merge_preview(client["id"], into, choices),
        problem=problem,
    )
