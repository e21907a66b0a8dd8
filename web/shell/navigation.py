"""Where one can go from anywhere."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from flask import current_app, request, url_for

from shared.security.permissions import (
    CLIENTS_VIEW,
    INSTALLATION_VIEW,
    INVOICES_VIEW,
    MAILS_VIEW,
    PROJECTS_VIEW,
    USERS_MANAGE,
    WEBHOOKS_MANAGE,
    WORKSPACE_MANAGE,
)
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


# Parts of the workspace, as dividers of one file; the first that is open stands for all of them.
_WORKSPACE: tuple[Place, ...] = (
    Place(noted("Settings"), "settings", "workspace.show_settings", WORKSPACE_MANAGE),
    Place(noted("Lists"), "rows-3", "lists.show_lists", WORKSPACE_MANAGE),
    Place(noted("Mail"), "mail", "wordings.list_wordings", WORKSPACE_MANAGE),
    Place(noted("Fields"), "columns-3", "own_fields.list_fields", WORKSPACE_MANAGE),
    Place(noted("People"), "users", "people.list_people", USERS_MANAGE),
    Place(noted("Roles"), "shield-check", "roles.show_roles", USERS_MANAGE),
    Place(noted("API keys"), "key-round", "api_keys.list_keys", USERS_MANAGE),
    Place(noted("Audit"), "history", "audit.show_audit", USERS_MANAGE),
)
# Under each heading; a page that does not exist in this installation is left out.
_GROUPS: tuple[tuple[str, tuple[Place, ...]], ...] = (
    (
        "",
        (
            Place(noted("Clients"), "users", "clients.list_clients", CLIENTS_VIEW),
            Place(noted("Time"), "clock", "time.show_week", PROJECTS_VIEW),
            Place(noted("Projects"), "folder-kanban", "projects.list_projects", PROJECTS_VIEW),
            Place(noted("Invoices"), "receipt-text", "invoices.list_invoices", INVOICES_VIEW),
            Place(noted("Search"), "search", "search.search", CLIENTS_VIEW),
        ),
    ),
    (
        noted("Connected"),
        (
            Place(noted("Mail"), "mail", "mails.list_mails", MAILS_VIEW),
            Place(noted("Jobs"), "list-checks", "jobs.list_jobs", CLIENTS_VIEW),
            Place(noted("Webhooks"), "webhook", "webhooks.list_webhooks", WEBHOOKS_MANAGE),
            Place(noted("Subscribers"), "plug", "subscribers.list_subscribers", WEBHOOKS_MANAGE),
            Place(noted("Operator"), "gauge", "operator.show_installation", INSTALLATION_VIEW),
        ),
    ),
)


def groups() -> Iterator[tuple[str, list[Link]]]:
    """The headings with their links, as far as the reader may go there."""
    for heading, places in _GROUPS:
        links = [_link(place) for place in places if _is_open(place)]
        if links:
            yield gettext(heading) if heading else "", links
    if parts := workspace():
        here = any(part.is_here for part in parts)
        yield "", [Link(gettext("Workspace"), "building-2", parts[0].url, here)]


def workspace() -> list[Link]:
    """The parts of the workspace, as far as the reader may go there."""
    return [_link(place) for place in _WORKSPACE if _is_open(place)]


def _is_open(place: Place) -> bool:
    known = place.endpoint in current_app.view_functions
    return known and (place.permission is None or callers.may(place.permission))


def _link(place: Place) -> Link:
    url = _address(place.endpoint)
    return Link(gettext(place.label), place.icon, url, _is_here(url))


# The same on every page, so it is made only once.
@cache
def _address(endpoint: str) -> str:
    return url_for(endpoint)


def _is_here(url: str) -> bool:
    """Whether this page is that one or below it; the settings have all the others below them."""
    if url == _address("workspace.show_settings"):
        return request.path == url
    return request.path == url or request.path.startswith(f"{url}/")
