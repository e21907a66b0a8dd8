"""API keys: making them, looking after them, revoking them. A token is shown once, in the answer
to the form that made it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from flask import Blueprint, Response, request, url_for
from werkzeug.wrappers import Response as Answer

from clientele_client.errors import Refused
from clientele_client.shapes import ApiKey
from shared.clock import now
from shared.security.permissions import USERS_MANAGE
from web.shell import callers, formats, forms, pages, refusals, rights, session
from web.shell.texts import gettext, noted

blueprint = Blueprint("api_keys", __name__, url_prefix="/workspace/api-keys")
blueprint.before_request(lambda: callers.require(USERS_MANAGE))

LABELS: Final = {
    "name": noted("Name"),
    "expires_at": noted("Last day"),
    "permissions": noted("What it may do"),
}


@blueprint.get("")
def list_keys() -> Response:
    """The keys that work first, then those that do not any more."""
    found = callers.api().administration.api_keys()
    return pages.show(
        "api_keys/list.html",
        working=[key for key in found if not _is_over(key)],
        over=[key for key in found if _is_over(key)],
        said={name: text for group in rights.groups().values() for name, text in group.items()},
    )


@blueprint.get("/new")
def show_new() -> Response:
    """The form of a new key."""
    return _form({"name": "", "expires_at": "", "permissions": []})


@blueprint.post("/new")
def add() -> Answer:
    """Make a key, and show its token."""
    form = request.form
    last_day = form.get("expires_at", "").strip()
    typed = {
        "name": form.get("name", ""),
        "expires_at": last_day,
        "permissions": form.getlist("permissions"),
    }
    body = {**typed, "expires_at": _end_of(last_day)}
    try:
        made = callers.api().administration.add_api_key(body, forms.key_of(body))
    except Refused as error:
        return _form(typed, refusals.by_field(error), code=422)
    return pages.show("api_keys/made.html", key=made, api=callers.url())


@blueprint.post("/<uuid:key_id>/revoke")
def revoke(key_id: Any) -> Answer:
    """A key that works no longer."""
    callers.api().administration.revoke_api_key(str(key_id))
    session.notice("good", gettext("The key works no longer."))
    return pages.go(url_for("api_keys.list_keys"))


def _is_over(key: ApiKey) -> bool:
    expires = key["expires_at"]
    is_expired = expires is not None and datetime.fromisoformat(expires) <= now()
    return is_expired or key["revoked_at"] is not None


def _end_of(day: str) -> str | None:
    """The moment at which a day is over in the workspace; what is no day goes as it was typed."""
    if not day:
        return None
    try:
        after = date.fromisoformat(day) + timedelta(days=1)
    except (ValueError, OverflowError):
        return day
    return datetime.combine(after, time(), formats.zone()).isoformat()


def _form(
    values: Mapping[str, Any], errors: Mapping[str, str] | None = None, *, code: int = 200
) -> Response:
    return pages.show(
        "api_keys/form.html",
        values=values,
        groups=rights.groups(callers.me()["permissions"]),
        today=formats.local_date().isoformat(),
        errors=errors or {},
        labels={name: gettext(label) for name, label in LABELS.items()},
        code=code,
    )
