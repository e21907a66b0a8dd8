"""The audit by kind, person and time; each filter has an address."""

from __future__ import annotations

from typing import Any, Final

from flask import Blueprint, Response, request

from clientele_client.errors import Invalid
from shared.security.permissions import USERS_MANAGE
from web.shell import callers, pages, refusals
from web.shell.texts import gettext, noted

blueprint = Blueprint("audit", __name__, url_prefix="/workspace/audit")
blueprint.before_request(lambda: callers.require(USERS_MANAGE))

#: Kinds of entries, each with its icon and tone.
KINDS: Final = {
    "sign_in": (noted("Sign-ins"), "user-plus", "good"),
    "sign_out": (noted("Ends of sessions"), "log-out", ""),
    "refusal": (noted("Refused sign-ins"), "shield-alert", "bad"),
    "rights": (noted("People and rights"), "user-cog", "info"),
    "key": (noted("API keys"), "key-round", "info"),
    "export": (noted("Exports"), "download", "warn"),
    "download": (noted("Downloads"), "eye", ""),
    "tax_id": (noted("Views of tax ids"), "shield-check", "warn"),
    "webhook": (noted("Webhooks and subscribers"), "webhook", ""),
    "workspace": (noted("Settings"), "settings", ""),
}
_FILTERS = ("kind", "actor", "person", "from", "to", "order", "cursor")
_PAGE = 50


@blueprint.get("")
def show_audit() -> Response:
    """The latest entries that pass the filters."""
    asked: dict[str, Any] = {
        name: request.args[name] for name in _FILTERS if request.args.get(name)
    }
    try:
        page = callers.api().administration.audit_page(**asked, limit=_PAGE)
    except Invalid as error:
        return _audit([], None, refusals.sentence(error), 422)
    return _audit(page["data"], page["next"])


def _audit(entries: Any, following: str | None, problem: str = "", code: int = 200) -> Response:
    return pages.show(
        "audit/page.html",
        entries=entries,
        next_cursor=following,
        kinds={kind: (gettext(label), icon, tone) for kind, (label, icon, tone) in KINDS.items()},
        is_narrowed=any(request.args.get(name) for name in _FILTERS),
        problem=problem,
        code=code,
    )
