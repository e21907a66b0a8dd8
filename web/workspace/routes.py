"""The workspace's name and place, what stands on its invoices, and its rules."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from flask import Blueprint, Response, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as Answer

from clientele_client.errors import Refused, StaleVersion
from shared.security.permissions import WORKSPACE_MANAGE
from web.shell import callers, choices, formats, forms, pages, reading, refusals, session
from web.shell.texts import gettext, language, noted

blueprint = Blueprint("workspace", __name__, url_prefix="/workspace")
blueprint.before_request(lambda: callers.require(WORKSPACE_MANAGE))

#: What each field is called, in the order of the page.
LABELS: Final = {
    "name": noted("Name"),
    "street": noted("Street"),
    "city": noted("City"),
    "state": noted("State"),
    "postal_code": noted("Postal code"),
    "country": noted("Country"),
    "time_zone": noted("Time zone"),
    "currency": noted("Currency"),
    "tax_id": noted("Tax id"),
    "invoice_number_pattern": noted("Pattern of invoice numbers"),
    "payment_instructions": noted("How to pay"),
    "bank_details": noted("Bank details"),
    "invoice_terms": noted("Terms"),
    "invoice_due_days": noted("Days until an invoice is due"),
    "reminder_days": noted("Reminders, days after the due day"),
    "auto_invoicing_issues": noted("Auto-invoicing"),
    "mail_sender": noted("Mail to clients comes from"),
    "mail_reply_to": noted("Answers go to"),
    "deletion_undo_days": noted("Days in which a deletion can be undone"),
    "split_overtime": noted("Overtime"),
}
_PIECE = re.compile(r"\{(code|YYYY|seq)(?::([1-9]))?\}")
_EXAMPLE_CODE, _EXAMPLE_PLACE = "ACM", 7


@blueprint.get("")
def show_settings() -> Response:
    """What the workspace is called, where it is, and its rules."""
    return _settings(dict(callers.api().administration.workspace()))


@blueprint.post("")
def change_settings() -> Answer:
    """Save all of it; what somebody else has saved meanwhile is told, and not overwritten."""
    typed = _typed(request.form)
    version = forms.version()
    try:
        callers.api().administration.change_workspace(typed, version)
    except StaleVersion:
        return _outdated(typed)
    except Refused as error:
        return _settings({**typed, "version": version}, refusals.by_field(error), code=422)
    callers.forget_me()
    session.notice("good", gettext("Saved."))
    return pages.go(url_for("workspace.show_settings"))


def _typed(form: MultiDict[str, str]) -> dict[str, Any]:
    """What the form holds, as the API takes it; an empty answer takes away what was there."""
    found: dict[str, Any] = {name: form.get(name, "").strip() or None for name in LABELS}
    return {
        **found,
        "name": form.get("name", ""),
        "deletion_undo_days": _number(found["deletion_undo_days"] or ""),
        "invoice_due_days": found["invoice_due_days"] and _number(found["invoice_due_days"]),
        "reminder_days": [
            _number(each) for each in re.findall(r"[^\s,;]+", form.get("reminder_days", ""))
        ],
        **{name: name in form for name in ("auto_invoicing_issues", "split_overtime")},
    }


def _number(typed: str) -> int | str:
    """As the API takes it; what is none goes as it was typed, to be refused by its field."""
    number = reading.whole(typed)
    return typed if number is None else number


def _outdated(typed: Mapping[str, Any]) -> Response:
    """The form as it was typed, over what stands there now, which differs where it says so."""
    now: Mapping[str, Any] = dict(callers.api().administration.workspace())
    theirs = {name: now[name] for name in LABELS if now[name] != typed[name]}
    return _settings({**typed, "version": now["version"]}, theirs=theirs, code=412)


def _settings(
    values: Mapping[str, Any],
    errors: Mapping[str, str] | None = None,
    *,
    theirs: Mapping[str, Any] | None = None,
    code: int = 200,
) -> Response:
    return pages.show(
        "workspace/settings.html",
        values=values,
        errors=errors or {},
        theirs=theirs or {},
        labels={name: gettext(label) for name, label in LABELS.items()},
        example=example(str(values["invoice_number_pattern"] or "")),
        countries=choices.countries(language()),
        currencies=choices.currencies(language()),
        time_zones=choices.time_zones(),
        code=code,
    )


def example(pattern: str) -> str:
    """What a number made by a pattern looks like."""

    def piece(match: re.Match[str]) -> str:
        if match[1] == "seq":
            return f"{_EXAMPLE_PLACE:0{match[2] or 1}d}"
        return _EXAMPLE_CODE if match[1] == "code" else str(formats.local_date().year)

    return _PIECE.sub(piece, pattern)
