"""Whom a client can belong to, as far as whoever asks may know the people of the workspace."""

from __future__ import annotations

from shared.security.permissions import USERS_MANAGE
from web.shell import callers
from web.shell.texts import gettext


def options(now: dict[str, str] | None = None) -> list[tuple[str, str]]:
    """Ids with names: everyone for those who manage users, else oneself and the owner there is
    `now`."""
    me = callers.me()["actor"]
    found = {str(me["id"]): gettext("Me (%(name)s)", name=me["name"])}
    if callers.may(USERS_MANAGE):
        others = (each for each in callers.access().users() if not each["disabled"])
        found = {each["id"]: each["name"] for each in others} | found
    if now and now["id"] not in found:
        found[now["id"]] = now["name"]
    return list(found.items())
