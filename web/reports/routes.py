"""The reports of a client: those that were made, and one made afresh."""

from __future__ import annotations

from typing import Any, Final

from flask import Blueprint, Response, redirect, request, url_for
from werkzeug.wrappers import Response as Answer

from clientele_client.errors import Invalid
from web.shell import formats, forms, headers, pages, session
from web.shell.callers import api
from web.shell.texts import gettext

blueprint = Blueprint("reports", __name__, url_prefix="/clients/<uuid:client_id>/reports")

_OFFERED: Final = 12


@blueprint.get("")
def list_reports(client_id: Any) -> Response:
    """What was made, the latest quarter first."""
    client = api().client(str(client_id))
    reports = api().reports(client["id"])
    return pages.show(
        "reports/list.html",
        client=client,
        reports=reports,
        shown=_shown(reports),
        quarters=_quarters(),
    )


def _quarters() -> list[str]:
    """The one that runs, and those before it, the latest first."""
    today = formats.local_date()
    latest = today.year * 4 + (today.month - 1) // 3
    return [f"{each // 4}-Q{each % 4 + 1}" for each in range(latest, latest - _OFFERED, -1)]


def _shown(reports: list[dict[str, Any]]) -> dict[str, Any] | None:
    """The report that is chosen, else the first that is made."""
    made = [each for each in reports if each["document_id"]]
    wanted = request.args.get("show")
    return next((each for each in made if each["document_id"] == wanted), made[0] if made else None)


@blueprint.post("")
def make(client_id: Any) -> Answer:
    """Have the report of a quarter made as things stand now."""
    quarter = request.form.get("quarter", "").strip().upper()
    try:
        api().make_report(str(client_id), quarter or None, key=forms.idempotency_key())
    except Invalid as error:
        session.notice("bad", " ".join(each.message for each in error.errors))
    else:
        session.notice("good", gettext("The report is being made; it is here in a moment."))
    return pages.go(url_for("reports.list_reports", client_id=client_id))


@blueprint.get("/<uuid:document_id>")
def download(client_id: Any, document_id: Any) -> Answer:
    """To the PDF in the store."""
    return redirect(api().download_link(str(client_id), str(document_id)))


@blueprint.get("/<uuid:document_id>/pdf")
def show_pdf(client_id: Any, document_id: Any) -> Response:
    """The PDF itself, to stand beside the list: what shows it is the browser's own."""
    content = api().download(str(client_id), str(document_id))
    return headers.framed(Response(content, mimetype="application/pdf"))
