"""Deleting a client as its plan says, and how far that is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, request, url_for
from werkzeug.wrappers import Response as Answer

from clientele_client.errors import Conflict
from clientele_client.shapes import Client
from web.shell import forms, pages, session
from web.shell.callers import api
from web.shell.texts import gettext

blueprint = Blueprint("deletion", __name__)
_OUTDATED = "lifecycle.plan_outdated"


@blueprint.get("/clients/<uuid:client_id>/delete")
def ask(client_id: Any) -> Response:
    """What would go and what would stay, and the question."""
    client = api().client(str(client_id))
    return _ask(client, api().endings.deletion_plan(client["id"]))


@blueprint.post("/clients/<uuid:client_id>/delete")
def begin(client_id: Any) -> Answer:
    """Delete the client as the plan said that was shown, once its code was typed."""
    client = api().client(str(client_id))
    typed, confirm = request.form.get("typed", ""), request.form.get("confirm", "")
    if typed.strip().casefold() != word_of(client).casefold():
        plan = api().endings.deletion_plan(client["id"])
        return _ask(client, plan, typed=typed)
    try:
        key = forms.key_of({"confirm": confirm})
        deletion = api().endings.delete(client["id"], confirm, key)
    except Conflict as error:
        if error.code != _OUTDATED:
            raise
        return _ask(client, error.problem["plan"], is_outdated=True)
    session.notice("good", _said(client["company_name"], deletion["state"]))
    return pages.go(url_for("deletion.receipt", deletion_id=deletion["deletion_id"]))


def _said(name: str, state: str) -> str:
    if state == "pending":
        return gettext("%(name)s is closed. Until the deletion begins it can be undone.", name=name)
    return gettext("The deletion of %(name)s has begun.", name=name)


def word_of(client: Client) -> str:
    """What is to be typed: the client's code, or its name where it has none."""
    return client["client_code"] or client["company_name"]


def _ask(
    client: Client, plan: Mapping[str, Any], *, typed: str | None = None, is_outdated: bool = False
) -> Response:
    return pages.show(
        "deletion/ask.html",
        code=422 if typed is not None else 409 if is_outdated else 200,
        client=client,
        plan=plan,
        word_to_type=word_of(client),
        typed=typed,
        is_outdated=is_outdated,
    )


@blueprint.get("/deletions/<uuid:deletion_id>")
def receipt(deletion_id: Any) -> Response:
    """What each of the four services has erased; to htmx only how far it is."""
    found = api().endings.deletion(str(deletion_id))
    return pages.show("deletion/receipt.html", "deletion/progress.html", deletion=found)


@blueprint.post("/deletions/<uuid:deletion_id>/undo")
def undo(deletion_id: Any) -> Answer:
    """Bring the client back, while nothing has been erased yet."""
    try:
        found = api().endings.undo(str(deletion_id), forms.idempotency_key())
    except Conflict as error:
        session.notice("bad", error.title)
        return pages.go(url_for("deletion.receipt", deletion_id=deletion_id))
    session.notice("good", gettext("The client is back, with everything that belongs to it."))
    return pages.go(url_for("client.show_details", client_id=found["client_id"]))
