"""One search over everything: clients, projects, invoices and documents."""

from __future__ import annotations

from itertools import groupby
from operator import itemgetter
from typing import Any, Final

from flask import Blueprint, Response, request, url_for

from web.shell import pages
from web.shell.callers import api
from web.shell.texts import gettext, noted

blueprint = Blueprint("search", __name__, url_prefix="/search")
_LONGEST: Final = 200
_MOST_OF_A_KIND: Final = 20
_HEADINGS: Final = {
    "client": noted("Clients"),
    "project": noted("Projects"),
    "invoice": noted("Invoices"),
    "document": noted("Documents"),
}


@blueprint.get("")
def search() -> Response:
    """What has words that begin as those typed, by kind; to htmx only what was found."""
    typed = request.args.get("q", "").strip()[:_LONGEST]
    found = api().search(typed, limit=_MOST_OF_A_KIND) if typed else {"data": [], "unavailable": []}
    return pages.show(
        "search/page.html",
        "search/results.html",
        typed=typed,
        groups=_groups(found["data"]),
        away=found["unavailable"],
        url_of=_url_of,
    )


def _groups(found: list[Any]) -> list[tuple[str, list[Any]]]:
    """Under their headings; what goes by the very code or number that was typed stands first."""
    groups = groupby(found, key=itemgetter("kind"))
    return [(gettext(_HEADINGS[kind]), list(hits)) for kind, hits in groups]


def _url_of(hit: Any) -> str | None:
    """The page of something that was found."""
    client_id = hit["client_id"]
    return {
        "client": pages.has_page("client.show_details", client_id=client_id),
        "project": pages.has_page("projects.show_project", project_id=hit["id"]),
        "invoice": pages.has_page("invoices.show_invoice", invoice_id=hit["id"]),
        "document": url_for("client.show_documents", client_id=client_id),
    }[hit["kind"]]
