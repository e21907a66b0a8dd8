"""The roles, and what each of them may do."""

from __future__ import annotations

from typing import Final

from flask import Blueprint, Response

from shared.security.permissions import ROLES, USERS_MANAGE
from web.shell import callers, pages, rights
from web.shell.texts import gettext, noted

blueprint = Blueprint("roles", __name__, url_prefix="/workspace/roles")
blueprint.before_request(lambda: callers.require(USERS_MANAGE))

#: For whom each role is meant.
MEANT_FOR: Final = {
    "owner": noted("May do everything"),
    "manager": noted("Runs the work: everything but people and settings"),
    "member": noted("Does the work: creates and changes, deletes nothing"),
    "viewer": noted("Looks, and changes nothing"),
}


@blueprint.get("")
def show_roles() -> Response:
    """Each permission in words, and which roles include it."""
    users = callers.access().users()
    return pages.show(
        "roles/list.html",
        roles={role: ROLES[role] for role in MEANT_FOR},
        meant_for={role: gettext(said) for role, said in MEANT_FOR.items()},
        count={role: sum(user["role"] == role for user in users) for role in MEANT_FOR},
        groups=rights.groups(),
    )
