"""Subscribers: how far each was told, paused, resumed, told again."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, Response, abort, request, url_for
from werkzeug.wrappers import Response as Answer

from clientele_client.errors import Refused
from shared.security.permissions import WEBHOOKS_MANAGE
from web.shell import callers, forms, pages, refusals, session
from web.shell.texts import gettext

blueprint = Blueprint("subscribers", __name__, url_prefix="/subscribers")
blueprint.before_request(lambda: callers.require(WEBHOOKS_MANAGE))


@blueprint.get("")
def list_subscribers() -> Response:
    """All of them, with how far they were told and what is in the way."""
    return _subscribers()


@blueprint.post("/<name>")
def carry_out(name: str) -> Answer:
    """Pause, resume or replay, as the button says."""
    by, key = callers.api().connections, forms.idempotency_key()
    actions: dict[str, tuple[Callable[[str], object], str]] = {
        "pause": (by.pause_subscriber, gettext("Paused. Its place is kept.")),
        "resume": (by.resume_subscriber, gettext("It goes on where it stood.")),
        "replay": (
            lambda of: by.replay_subscriber(of, key=key),
            gettext("All that the feed offers is sent again; it drops what it has."),
        ),
    }
    action, said = actions.get(request.form.get("do", "")) or abort(400)
    try:
        action(name)
    except Refused as error:
        return _subscribers(" ".join(refusals.by_field(error).values()), 422)
    session.notice("good", said)
    return pages.go(url_for("subscribers.list_subscribers"))


def _subscribers(problem: str = "", code: int = 200) -> Response:
    found = callers.api().connections.subscribers()
    workspace = callers.me()["workspace"]["id"]
    return pages.show(
        "subscribers/list.html",
        subscribers=found,
        command=f"clientele subscribers add billing --workspace {workspace}",
        problem=problem,
        code=code,
    )
