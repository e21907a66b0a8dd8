"""The list of clients, their status, saved views, and changes of many at once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from flask import Blueprint, Response, request, url_for
from werkzeug.wrappers import Response as Answer

from clientele_client.errors import Refused
from clientele_client.shapes import Facets
from shared.security.permissions import CLIENTS_UPDATE
from web.clients import bulk, columns, filters
from web.shell import forms, owners, pages, session
from web.shell.callers import api, require, together
from web.shell.texts import gettext, ngettext
from web.shell.words import word

blueprint = Blueprint("clients", __name__, url_prefix="/clients")
STATUSES: Final = ("active", "pending", "inactive")


@blueprint.get("")
def list_clients() -> Response:
    """The clients that fit, with totals by status; to htmx all but the search itself."""
    chosen, caller = filters.read(request.args), api()
    is_narrowed = bool(chosen.set) and not pages.is_piece()
    found, facets, offered, views = together(
        lambda: caller.client_page(**chosen.of_list()),
        lambda: caller.facets(**chosen.set),
        lambda: caller.facets() if is_narrowed else None,
        lambda: list(caller.views()),
    )
    answer = pages.show(
        "clients/list.html",
        "clients/results.html",
        clients=found.data,
        next_cursor=found.next,
        filters=chosen,
        totals=_totals(facets),
        offered=offered or facets,
        owners=owners.with_clients(offered or facets),
        views=views,
        columns=columns.chosen(),
        labels={name: gettext(label) for name, label in columns.COLUMNS.items()},
    )
    return _addressed(answer)


def _totals(facets: Facets) -> dict[str, int]:
    counts = {str(each["value"]): each["count"] for each in facets["status"]}
    return {"": sum(counts.values()), **counts}


def _addressed(answer: Response) -> Response:
    """The address that the browser shows: a new entry of its history, but not for every letter."""
    if pages.is_piece():
        typing = request.headers.get("HX-Trigger-Name") == "q"
        answer.headers["HX-Replace-Url" if typing else "HX-Push-Url"] = pages.query(
            cursor=request.args.get("cursor")
        )
    return answer


@blueprint.post("/columns")
def choose_columns() -> Answer:
    """Other columns; kept in this browser."""
    answer = pages.go(pages.own(request.form.get("next"), url_for("clients.list_clients")))
    columns.keep(answer, request.form.getlist("column"))
    return answer


# --- status ----------------------------------------------------------------------------


@blueprint.get("/<uuid:client_id>/status")
def choose_status(client_id: Any) -> Response:
    """A page to choose another status on; to htmx the tag with its menu."""
    require(CLIENTS_UPDATE)
    return pages.show(
        "clients/status_form.html",
        "clients/status.html",
        client=api().client(str(client_id)),
        statuses=[(each, word("client.status", each)) for each in STATUSES],
        back=pages.where_from(url_for("clients.list_clients")),
    )


@blueprint.post("/<uuid:client_id>/status")
def set_status(client_id: Any) -> Answer:
    """Another status, with a reason for the timeline; to htmx the tag as it is now."""
    reason = request.form.get("reason", "").strip() or None
    client = api().set_status(str(client_id), request.form.get("status", ""), reason)
    if pages.is_piece():
        return pages.show("clients/status.html", client=client)
    status = word("client.status", client["status"])
    said = gettext("%(name)s is now %(status)s.", name=client["company_name"], status=status)
    session.notice("good", said)
    back = pages.where_from(url_for("clients.list_clients"))
    return pages.go(pages.own(request.form.get("next"), back))


# --- saved views -----------------------------------------------------------------------


@blueprint.post("/views")
def save_view() -> Answer:
    """Keep what the list is narrowed by under a name."""
    chosen = filters.read(request.form)
    query = filters.as_body(chosen.set)
    name, shared = request.form.get("name", "").strip(), "shared" in request.form
    try:
        view = api().save_view(name, {**query, "sort": chosen.sort}, shared=shared)
    except Refused as error:
        session.notice("bad", gettext("The view was not saved: %(why)s", why=_why(error)))
        return pages.go(pages.where_from(url_for("clients.list_clients")))
    session.notice("good", gettext("Saved as “%(name)s”.", name=view["name"]))
    return pages.go(url_for("clients.list_clients", view=view["id"]))


def _why(error: Refused) -> str:
    return " ".join(each.message for each in error.errors) or error.title


# --- many at once ----------------------------------------------------------------------


@blueprint.post("/bulk")
def plan_bulk() -> Answer:
    """What is about to be done to the selection: the value to choose, and how many that is."""
    selection = bulk.Selection.read(request.form)
    action, count = bulk.ACTIONS.get(request.form.get("do", "")), selection.count
    if not count or action is None:
        session.notice("warn", gettext("Tick the clients first, then say what to do with them."))
        return pages.go(pages.where_from(url_for("clients.list_clients")))
    return pages.show(
        "clients/bulk.html",
        action=action,
        ids=selection.ids,
        filters=selection.filters,
        choices=list(_choices(action.choices_of)),
        plan=_plan(action, selection) if action.is_final else None,
        question=ngettext(action.one, action.many, count),
        back=pages.where_from(url_for("clients.list_clients")),
    )


def _plan(action: bulk.Action, selection: bulk.Selection) -> dict[str, Any]:
    return api().plan_bulk({"action": action.name, **selection.as_body()})


def _choices(name: str) -> Iterator[tuple[str, str]]:
    if name == "status":
        yield from ((value, "") for value in STATUSES)
    elif name == "owners":
        yield from [("", gettext("Nobody")), *owners.options()]
    elif name:
        yield from ((entry["name"], entry["name"]) for entry in api().entries(name))


@blueprint.post("/bulk/start")
def begin_bulk() -> Answer:
    """Begin it as a job, and go where it is told how far that is."""
    action = forms.pressed(bulk.ACTIONS)
    body = bulk.body(action, request.form)
    job = api().begin_bulk(body, forms.idempotency_key())
    return pages.go(url_for("jobs.show_job", job_id=job["id"]))
