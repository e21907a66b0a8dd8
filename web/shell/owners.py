"""Whom a client can belong to, and who has clients here."""

from __future__ import annotations

from clientele_client.shapes import Facets
from shared.security.permissions import USERS_MANAGE
from web.shell import callers
from web.shell.texts import gettext


def options(now: dict[str, str] | None = None) -> list[tuple[str, str]]:
    """Ids with names of whom a client can be given to: everyone for those who manage users, else
    oneself and the owner there is `now`."""
    me = callers.me()["actor"]
    found = {str(me["id"]): gettext("Me (%(name)s)", name=me["name"])}
    if callers.may(USERS_MANAGE):
        others = (each for each in callers.access().users() if not each["disabled"])
        found = {each["id"]: each["name"] for each in others} | found
    if now and now["id"] not in found:
        found[now["id"]] = now["name"]
    return list(found.items())


def with_clients(facets: Facets) -> dict[str, str]:
    """Names of all who have clients by what the list's filter takes, oneself and nobody besides."""
    me = callers.me()["actor"]
    counted = facets["owner_id"]
    named = {each["value"]: each["name"] for each in counted if each["value"] and each["name"]}
    named.pop(me["id"], None)
    others = sorted(named.items(), key=lambda one: one[1].casefold())
    return {"me": gettext("Me"), **dict(others), "none": gettext("Nobody")}
