"""Where one can go from anywhere."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from flask import current_app, request, url_for

from shared.security.permissions import CLIENTS_VIEW, INVOICES_VIEW, PROJECTS_VIEW, USERS_MANAGE
from web.shell import callers
from web.shell.texts import gettext, noted


@dataclass(frozen=True, slots=True)
class Place:
    """A page that the navigation leads to, for those who hold the permission."""

    label: str
    icon: str
    endpoint: str
    permission: str | None = None


@dataclass(frozen=True, slots=True)
class Link:
    """A place as it is shown: its address, and whether this page belongs to it."""

    label: str
    icon: str
    url: str
    is_here: bool


# Under each heading; a page that does not exist in this installation is left out.
_GROUPS: tuple[tuple[str, tuple[Place, ...]], ...] = (
    (
        "",
        (
            Place(noted("Clients"), "users", "clients.list_clients", CLIENTS_VIEW),
            Place(noted("Projects"), "folder-kanban", "projects.list_projects", PROJECTS_VIEW),
            Place(noted("Invoices"), "receipt-text", "invoices.list_invoices", INVOICES_VIEW),
        ),
    ),
    (
        noted("Workspace"),
        (Place(noted("People"), "user-plus", "people.list_people", USERS_MANAGE),),
    ),
    (
        noted("Connected"),
        (Place(noted("Jobs"), "list-checks", "jobs.list_jobs", CLIENTS_VIEW),),
    ),
)


def groups() -> Iterator[tuple[str, list[Link]]]:
    """The headings with their links, as far as the reader may go there."""
    for heading, places in _GROUPS:
        links = [_link(place) for place in places if _is_open(place)]
        if links:
            yield gettext(heading) if heading else "", links


def _is_open(place: Place) -> bool:
    known = place.endpoint in current_app.view_functions
    return known and (place.permission is None or callers.may(place.permission))


def _link(place: Place) -> Link:
    url = url_for(place.endpoint)
    here = request.path == url or request.path.startswith(f"{url}/")
    return Link(gettext(place.label), place.icon, url, here)
