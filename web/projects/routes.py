"""All projects, one with its budget, time and invoices, and the form that makes and changes it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from flask import Blueprint, Response, request, url_for
from werkzeug.wrappers import Response as Answer

from clientele_client.errors import Conflict, Invalid, StaleVersion
from clientele_client.shapes import Invoice, Project, TimeEntry
from shared.security.permissions import (
    INVOICES_VIEW,
    PROJECTS_CREATE,
    PROJECTS_UPDATE,
)
from web.shell import forms, pages, reading, session, sheets, words
from web.shell.callers import api, may, me, require
from web.shell.sheets import Sheet
from web.shell.texts import gettext, noted

blueprint = Blueprint("projects", __name__)
_PAGE: Final = 50
_LATEST: Final = 10
_MOST_INVOICES: Final = 5
_NEW: Final = "/clients/<uuid:client_id>/projects/new"
_EDIT: Final = "/projects/<uuid:project_id>/edit"
_LABELS: Final = {
    "name": noted("Name"),
    "code": noted("Code"),
    "status": noted("State"),
    "currency": noted("Currency"),
    "budget_amount": noted("Budget in money"),
    "budget_hours": noted("Budget in hours"),
    "starts_on": noted("Begins"),
    "ends_on": noted("Ends"),
}


@blueprint.get("/projects")
def list_projects() -> Response:
    """Projects of all clients, newest first; those that are not over, unless a state is named."""
    status = request.args.get("status", "")
    narrowed = {"status": status} if status in words.WORDS["project.status"] else {}
    if not status:
        narrowed["open"] = "true"
    page = api().work.project_page(limit=_PAGE, cursor=request.args.get("cursor"), **narrowed)
    return pages.show("projects/list.html", "projects/results.html", page=page, status=status)


@blueprint.get("/projects/<uuid:project_id>")
def show_project(project_id: Any) -> Response:
    """The project, its dates, its hours and its money, its latest time and its invoices."""
    project = api().project(str(project_id))
    client = api().client(project["client_id"], fields="company_name,client_code")
    entries = api().work.entry_page(project_id=project["id"], limit=_PAGE)["data"]
    return pages.show(
        "projects/project.html",
        project=project,
        client=client,
        entries=entries[:_LATEST],
        invoices=_invoices(entries),
    )


def _invoices(entries: list[TimeEntry]) -> list[Invoice]:
    """The newest invoices that bill the latest time, for who may see them."""
    ids = dict.fromkeys(entry["invoice_id"] for entry in entries if entry["invoice_id"])
    if not may(INVOICES_VIEW):
        return []
    return [api().invoice(str(invoice_id)) for invoice_id in [*ids][:_MOST_INVOICES]]


# --- the form ----------------------------------------------------------------------------


@blueprint.get(_NEW)
def begin(client_id: Any) -> Response:
    """A new project of a client."""
    require(PROJECTS_CREATE)
    first = {"status": "active", "currency": me()["workspace"]["currency"]}
    return _show(Sheet(first), str(client_id))


@blueprint.post(_NEW)
def create(client_id: Any) -> Answer:
    """Set it up, and go to its page."""
    values = reading.typed(request.form, _LABELS)
    body = {name: value for name, value in values.items() if value is not None}
    try:
        made = api().work.create_project(str(client_id), body, forms.key_of(body))
    except (Conflict, Invalid) as error:
        return _show(sheets.refused(values, error, _label, 0), str(client_id))
    session.notice("good", gettext("%(name)s was created.", name=made["name"]))
    return pages.go(_url(made))


@blueprint.get(_EDIT)
def edit(project_id: Any) -> Response:
    """The form, filled in with what the project has."""
    require(PROJECTS_UPDATE)
    project = api().project(str(project_id))
    return _show(Sheet(project, project["version"]), project["client_id"], project)


@blueprint.post(_EDIT)
def save(project_id: Any) -> Answer:
    """Save it; whoever is late is told, with what they typed."""
    values = reading.typed(request.form, _LABELS)
    version = forms.version()
    try:
        saved = api().work.update_project(
            str(project_id), values, version, forms.key_of({**values, "version": version})
        )
    except (Conflict, Invalid, StaleVersion) as error:
        project = api().project(str(project_id))
        sheet = sheets.refused(values, error, _label, project["version"])
        return _show(sheet, project["client_id"], project)
    session.notice("good", gettext("Saved."))
    return pages.go(_url(saved))


def _show(sheet: Sheet, client_id: str, project: Project | None = None) -> Response:
    return pages.show(
        "projects/form.html",
        code=sheet.code,
        sheet=sheet,
        project=project,
        client=api().client(client_id, fields="company_name,client_code"),
        states=[
            (value, words.word("project.status", value)) for value in words.WORDS["project.status"]
        ],
    )


def _url(project: Mapping[str, Any]) -> str:
    return url_for("projects.show_project", project_id=project["id"])


def _label(field: str) -> str:
    return gettext(_LABELS[field]) if field in _LABELS else field.replace("_", " ").capitalize()
