"""What a client owed before the first day, what happened, and what is owed after the last."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

from flask import Blueprint, Response, request, url_for
from werkzeug.wrappers import Response as Answer

from clientele_client.errors import Invalid
from web.shell import formats, forms, pages, sheets
from web.shell.callers import api
from web.shell.sheets import Sheet
from web.shell.texts import gettext, noted

blueprint = Blueprint("statement", __name__, url_prefix="/clients/<uuid:client_id>/statement")
_LABELS: Final = {"from": noted("From"), "to": noted("To")}


@blueprint.get("")
def show(client_id: Any) -> Response:
    """The statement between two days, per currency; this year up to today at first."""
    today = formats.local_date()
    first = request.args.get("from") or date(today.year, 1, 1).isoformat()
    return _show(client_id, first, request.args.get("to") or today.isoformat())


@blueprint.post("")
def print_it(client_id: Any) -> Answer:
    """Have it printed, as a job; the PDF is a document of the client then."""
    first, last = request.form.get("from", ""), request.form.get("to", "")
    try:
        key = forms.key_of({"from": first, "to": last})
        job = api().billing.print_statement(str(client_id), first, last, key)
    except Invalid:
        return _show(client_id, first, last)
    return pages.go(url_for("jobs.show_job", job_id=job["id"]))


def _show(client_id: Any, first: str, last: str) -> Response:
    sheet = Sheet({"from": first, "to": last})
    accounts: list[Any] = []
    try:
        accounts = api().billing.statement(str(client_id), first, last)["accounts"]
    except Invalid as error:
        sheet = sheets.refused(sheet.values, error, _label, 0)
    return pages.show(
        "statement/statement.html",
        code=sheet.code,
        client=api().client(str(client_id), fields="company_name,client_code"),
        sheet=sheet,
        accounts=accounts,
    )


def _label(field: str) -> str:
    return gettext(_LABELS[field]) if field in _LABELS else field
