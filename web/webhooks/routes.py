"""Webhooks: listed, made, changed, paused, repeated; a secret is shown once, in the answer to the
form that made it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

import orjson
from flask import Blueprint, Response, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as Answer

from clientele_client.connections import Connections
from clientele_client.errors import Refused
from shared.security.permissions import WEBHOOKS_MANAGE
from web.shell import callers, formats, forms, pages, refusals, session
from web.shell.texts import gettext, noted
from web.webhooks import health

blueprint = Blueprint("webhooks", __name__, url_prefix="/webhooks")
blueprint.before_request(lambda: callers.require(WEBHOOKS_MANAGE))

LABELS: Final = {
    "url": noted("Address"),
    "description": noted("Name"),
    "types": noted("Events"),
    "ordered": noted("In order per client"),
    "after": noted("Send again what came after"),
}
STATES: Final = ("waiting", "held", "delivered", "failed", "erased")
#: Beginnings of event types, with what they tell of.
OFFERED: Final = {
    "clients.client.*": noted("Clients"),
    "clients.contact.*": noted("Contacts"),
    "clients.rate.*": noted("Rates"),
    "clients.project.*": noted("Projects"),
    "clients.time_entry.*": noted("Hours"),
    "clients.invoice.*": noted("Invoices and payments"),
    "documents.document.*": noted("Documents"),
    "clients.note.*": noted("Notes"),
}
_NEW: Final = {"url": "", "description": "", "types": ["clients.client.*"], "ordered": True}
_PAGE = 50


def _by() -> Connections:
    return callers.api().connections


@blueprint.get("")
def list_webhooks() -> Response:
    """All of them with how they do."""
    found = [(webhook, health.of(webhook)) for webhook in _by().webhooks()]
    return pages.show("webhooks/list.html", webhooks=found)


@blueprint.get("/new")
def show_new() -> Response:
    """The form of a new webhook."""
    return _form(_NEW)


@blueprint.post("/new")
def add() -> Answer:
    """Post events from now on, and show the secret."""
    typed = _typed(request.form)
    try:
        made = _by().add_webhook(typed, forms.key_of(typed))
    except Refused as error:
        return _form(typed, refusals.by_field(error), code=422)
    return pages.show("webhooks/secret.html", webhook=made, is_new=True)


@blueprint.get("/<uuid:webhook_id>")
def show_webhook(webhook_id: Any) -> Response:
    """How it does, and its delivery log."""
    return _webhook(str(webhook_id))


@blueprint.get("/<uuid:webhook_id>/edit")
def show_edit(webhook_id: Any) -> Response:
    """The form of a webhook that there is."""
    return _form(dict(_by().webhook(str(webhook_id))))


@blueprint.post("/<uuid:webhook_id>/edit")
def change(webhook_id: Any) -> Answer:
    """Change where and what is posted."""
    typed = _typed(request.form)
    try:
        _by().change_webhook(str(webhook_id), typed)
    except Refused as error:
        return _form({**typed, "id": str(webhook_id)}, refusals.by_field(error), code=422)
    return _said(gettext("Saved."), webhook_id)


@blueprint.post("/<uuid:webhook_id>/rotate-secret")
def rotate_secret(webhook_id: Any) -> Response:
    """A new secret, shown now; for a day the one before signs as well."""
    made = _by().rotate_secret(str(webhook_id), forms.idempotency_key())
    return pages.show("webhooks/secret.html", webhook=made, is_new=False)


@blueprint.post("/<uuid:webhook_id>/do")
def carry_out(webhook_id: Any) -> Answer:
    """Ping, pause, resume or remove, as the button says."""
    by, key = _by(), forms.idempotency_key()
    actions: dict[str, tuple[Callable[[str], object], str]] = {
        "ping": (lambda of: by.ping_webhook(of, key), gettext("A test message is on its way.")),
        "pause": (by.pause_webhook, gettext("Paused. Its place is kept.")),
        "resume": (by.resume_webhook, gettext("It goes on where it stood.")),
        "remove": (by.remove_webhook, gettext("The webhook is removed.")),
    }
    action, text = forms.pressed(actions, "ping")
    try:
        action(str(webhook_id))
    except Refused as error:
        return _webhook(str(webhook_id), refusals.by_field(error), code=422)
    return _said(text, None if request.form.get("do") == "remove" else webhook_id)


@blueprint.post("/<uuid:webhook_id>/replay")
def replay(webhook_id: Any) -> Answer:
    """Send again what came after an event, or after a time of the workspace's clocks."""
    typed = request.form.get("after", "").strip()
    try:
        _by().replay_webhook(str(webhook_id), _moment(typed), forms.key_of(typed))
    except Refused as error:
        errors = {"after": " ".join(refusals.by_field(error).values())}
        return _webhook(str(webhook_id), errors, after=typed, code=422)
    return _said(gettext("Everything after it is sent again, under the same ids."), webhook_id)


@blueprint.get("/<uuid:webhook_id>/deliveries/<uuid:delivery_id>")
def show_delivery(webhook_id: Any, delivery_id: Any) -> Response:
    """One delivery: what is sent, and what each attempt came to."""
    found = _by().delivery(str(webhook_id), str(delivery_id))
    event = found.get("event")
    return pages.show(
        "webhooks/delivery.html",
        webhook=_by().webhook(str(webhook_id)),
        delivery=found,
        payload=orjson.dumps(event, option=orjson.OPT_INDENT_2).decode() if event else "",
    )


@blueprint.post("/<uuid:webhook_id>/deliveries/<uuid:delivery_id>/resend")
def resend(webhook_id: Any, delivery_id: Any) -> Answer:
    """Send one again, under the same id."""
    _by().resend(str(webhook_id), str(delivery_id), forms.idempotency_key())
    return _said(gettext("It is sent again."), webhook_id)


def _said(text: str, webhook_id: Any) -> Answer:
    session.notice("good", text)
    if webhook_id is None:
        return pages.go(url_for("webhooks.list_webhooks"))
    return pages.go(url_for("webhooks.show_webhook", webhook_id=webhook_id))


def _typed(form: MultiDict[str, str]) -> dict[str, Any]:
    others = form.get("others", "").replace(",", " ").split()
    return {
        "url": form.get("url", "").strip(),
        "description": form.get("description", "").strip() or None,
        "types": [*form.getlist("types"), *others],
        "ordered": "ordered" in form,
    }


def _moment(typed: str) -> str:
    """A time as the field of times writes it, with the workspace's zone; else what was typed."""
    try:
        found = datetime.fromisoformat(typed)
    except ValueError:
        return typed
    return (found if found.tzinfo else found.replace(tzinfo=formats.zone())).isoformat()


def _webhook(
    webhook_id: str, errors: Mapping[str, str] | None = None, *, after: str = "", code: int = 200
) -> Response:
    webhook, state = _by().webhook(webhook_id), request.args.get("state")
    found = _by().delivery_page(
        webhook_id,
        state=state if state in STATES else None,
        cursor=request.args.get("cursor"),
        limit=_PAGE,
    )
    return pages.show(
        "webhooks/webhook.html",
        webhook=webhook,
        health=health.of(webhook),
        deliveries=found["data"],
        next_cursor=found["next"],
        states=STATES,
        errors=errors or {},
        after=after,
        labels={name: gettext(label) for name, label in LABELS.items()},
        code=code,
    )


def _form(
    values: Mapping[str, Any], errors: Mapping[str, str] | None = None, *, code: int = 200
) -> Response:
    return pages.show(
        "webhooks/form.html",
        values=values,
        offered={pattern: gettext(label) for pattern, label in OFFERED.items()},
        others=[pattern for pattern in values["types"] if pattern not in OFFERED],
        errors=errors or {},
        labels={name: gettext(label) for name, label in LABELS.items()},
        code=code,
    )
