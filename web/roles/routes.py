"""The roles: what each of them may do, and making roles of one's own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from flask import Blueprint, Response, request, url_for
from werkzeug.wrappers import Response as Answer

from clientele_client.errors import Refused, StaleVersion
from clientele_client.shapes import Role
from shared.security.permissions import ROLES, USERS_MANAGE
from web.shell import callers, forms, pages, refusals, rights, session
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
LABELS: Final = {"name": noted("Name"), "permissions": noted("What it may do")}


@blueprint.get("")
def show_roles() -> Response:
    """Each permission in words, and which roles include it."""
    found = callers.access().roles()
    return pages.show(
        "roles/list.html",
        roles=found,
        own=[role for role in found if not role["built_in"]],
        meant_for={role: gettext(said) for role, said in MEANT_FOR.items()},
        groups=rights.groups(),
    )


@blueprint.get("/new")
def show_new() -> Response:
    """The form of a role, filled in with what a member may do."""
    return _form({"name": "", "permissions": ROLES["member"]})


@blueprint.post("/new")
def add() -> Answer:
    """Make a role."""
    typed = _typed()
    try:
        made = callers.access().add_role(typed, forms.key_of(typed))
    except Refused as error:
        return _form(typed, errors=refusals.by_field(error), code=422)
    return _gone_well(gettext("%(name)s can be given to people now.", name=made["name"]))


@blueprint.get("/<uuid:role_id>")
def show_role(role_id: Any) -> Response:
    """The form of a role that is there."""
    role = callers.access().role(str(role_id))
    return _form({**role}, role)


@blueprint.post("/<uuid:role_id>")
def change(role_id: Any) -> Answer:
    """Another name, or other permissions for whoever has it."""
    access, typed = callers.access(), _typed()
    try:
        changed = access.change_role(str(role_id), typed, forms.version())
    except StaleVersion:
        errors = {"": gettext("Someone else changed it meanwhile. Look, and save again.")}
        return _form(typed, access.role(str(role_id)), errors, 409)
    except Refused as error:
        return _form(typed, access.role(str(role_id)), refusals.by_field(error), 422)
    return _gone_well(gettext("%(name)s is saved, and counts at once.", name=changed["name"]))


@blueprint.post("/<uuid:role_id>/delete")
def remove(role_id: Any) -> Answer:
    """A role that nobody has any more."""
    access = callers.access()
    try:
        access.remove_role(str(role_id))
    except Refused as error:
        role = access.role(str(role_id))
        return _form({**role}, role, refusals.by_field(error), 409)
    return _gone_well(gettext("The role is deleted."))


def _typed() -> dict[str, Any]:
    form = request.form
    return {"name": form.get("name", ""), "permissions": form.getlist("permissions")}


def _gone_well(text: str) -> Answer:
    session.notice("good", text)
    return pages.go(url_for("roles.show_roles"))


def _form(
    values: Mapping[str, Any],
    role: Role | None = None,
    errors: Mapping[str, str] | None = None,
    code: int = 200,
) -> Response:
    return pages.show(
        "roles/form.html",
        role=role,
        values=values,
        groups=rights.groups(callers.me()["permissions"]),
        errors=errors or {},
        labels={name: gettext(label) for name, label in LABELS.items()},
        code=code,
    )
