"""One client behind its eight dividers, each with an address of its own."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Blueprint, Response, redirect, request, url_for
from flask.blueprints import BlueprintSetupState
from werkzeug.wrappers import Response as Answer

from clientele_client.errors import NotFound, Refused, Unreachable
from web.client import chart, live, timeline
from web.client.record import DIVIDERS, Divider, Record, of_overview
from web.shell import formats, pages, session
from web.shell.callers import api, may
from web.shell.texts import gettext

blueprint = Blueprint("client", __name__, url_prefix="/clients/<uuid:client_id>")
_PAGE = 50
_SOON = timedelta(days=30)
_NARROWED_BY = ("kind", "actor", "person", "from", "to", "order")


@blueprint.record_once
def _prepare(state: BlueprintSetupState) -> None:
    env = state.app.jinja_env
    env.filters.update(
        mark=timeline.mark, label=timeline.label, plain=timeline.plain, pieces=timeline.pieces,
        file_icon=_file_icon, chart=chart.of_months,
    )  # fmt: skip
    env.tests["long"] = timeline.is_long


@blueprint.get("")
def show_details(client_id: Any) -> Answer:
    """The record itself, and what of it needs attention; `as_of` shows it as it was."""
    if moment := request.args.get("as_of"):
        return _as_of(client_id, moment)
    return _show(client_id, "details", expiring=_expiring)


def _as_of(client_id: Any, moment: str) -> Answer:
    try:
        client = api().client(str(client_id), as_of=moment)
    except NotFound:
        session.notice("warn", gettext("There is no record of that moment: it began later."))
        return pages.go(url_for("client.show_details", client_id=client_id))
    return pages.show("client/as_of.html", client=client)


@blueprint.get("/contacts")
def show_contacts(client_id: Any) -> Answer:
    """Who is to be reached there."""
    return _show(client_id, "contacts", portal=_portal)


@blueprint.get("/rates")
def show_rates(client_id: Any) -> Answer:
    """What an hour costs, by position."""
    return _show(client_id, "rates", today=lambda _: formats.local_date().isoformat())


@blueprint.get("/documents")
def show_documents(client_id: Any) -> Answer:
    """The client's files, with what the check has found."""
    return _show(client_id, "documents", page=_documents)


@blueprint.get("/documents/<uuid:document_id>/download")
def download(client_id: Any, document_id: Any) -> Answer:
    """To the file in the store, by a link that is good for a short time."""
    return redirect(api().download_link(str(client_id), str(document_id)))


@blueprint.get("/compliance")
def show_compliance(client_id: Any) -> Answer:
    """Which standards the client asks for."""
    return _show(client_id, "compliance")


@blueprint.get("/projects")
def show_projects(client_id: Any) -> Answer:
    """The client's projects, with what is spent of their budgets."""
    page = lambda record: api().project_page(record.client["id"], **pages.place(_PAGE))  # noqa: E731  # One use.
    return _show(client_id, "projects", page=page)


@blueprint.get("/invoices")
def show_invoices(client_id: Any) -> Answer:
    """The client's invoices, with what is open."""
    status = request.args.get("status") or None
    asked = {"status": status, **pages.place(_PAGE)}
    page = lambda record: api().invoice_page(record.client["id"], **asked)  # noqa: E731  # One use.
    return _show(client_id, "invoices", page=page, status=lambda _: status)


@blueprint.get("/activity")
def show_activity(client_id: Any) -> Answer:
    """Everything that has happened to the client, newest first, and live."""
    return _show(client_id, "activity", page=_timeline, kinds=lambda _: timeline.KINDS)


@blueprint.get("/activity/news")
def show_news(client_id: Any) -> Answer:
    """The entries that are newer than the one the browser shows on top."""
    top = request.args.get("top", "")
    found = api().timeline_page(str(client_id), limit=_PAGE, **_narrowing())
    new = []
    for entry in found.data:
        if entry["id"] == top:
            break
        new.append(entry)
    return pages.show("client/news.html", days=timeline.days(new), count=len(new))


@blueprint.get("/activity/stream")
def stream(client_id: Any) -> Response:
    """That something has happened, as it happens (server-sent events)."""
    return live.stream(str(client_id))


# --- what the pages are made of --------------------------------------------------------


def _show(client_id: Any, name: str, **parts: Any) -> Answer:
    """The page of a divider; to htmx only the file under the client's heading."""
    record = of_overview(api().overview(str(client_id)))
    if record.client["id"] != str(client_id):
        return redirect(url_for(f"client.show_{name}", client_id=record.client["id"]))
    values, away = {}, record.away.get(name)
    try:
        values = {key: part(record) for key, part in parts.items()} if away is None else {}
    except (Refused, Unreachable) as error:
        if isinstance(error, Refused) and error.status < 500:
            raise
        away = {"service": name, "since": None}
    return pages.show(
        "client/client.html",
        "client/file.html",
        record=record,
        client=record.client,
        tab=f"client/{name}.html" if away is None else "client/away.html",
        here=next(each for each in DIVIDERS if each.name == name),
        dividers=[each for each in DIVIDERS if _is_open(each)],
        away=away,
        **values,
    )


def _is_open(divider: Divider) -> bool:
    return divider.permission is None or may(divider.permission)


def _portal(record: Record) -> dict[str, Any]:
    """Who of the client was invited to the portal, by their address."""
    found = api().portal_access(record.client["id"]).all()
    return {each["email"].lower(): each for each in found}


def _narrowing() -> dict[str, Any]:
    return {name: request.args[name] for name in _NARROWED_BY if request.args.get(name)}


def _documents(record: Record) -> dict[str, Any]:
    if request.args.get("cursor") or record.documents is None:
        found = api().document_page(record.client["id"], **pages.place(_PAGE))
        return {"data": found.data, "next": found.next}
    return dict(record.documents)


def _timeline(record: Record) -> dict[str, Any]:
    found = api().timeline_page(record.client["id"], **_narrowing(), **pages.place(_PAGE))
    return {"days": timeline.days(found.data), "count": len(found.data), "next": found.next}


def _expiring(record: Record) -> list[Any]:
    """Documents that expire within thirty days, or already have."""
    until = (formats.local_date() + _SOON).isoformat()
    found = record.documents["data"] if record.documents else []
    return [each for each in found if each["expires_on"] and each["expires_on"] <= until]


def _file_icon(document: Any) -> str:
    if document["status"] == "quarantined":
        return "file-x"
    kind = document["content_type"] or ""
    if kind.startswith("image/"):
        return "file-image"
    return "file-spreadsheet" if "sheet" in kind or "excel" in kind else "file-text"
