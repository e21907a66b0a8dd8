"""Bodies and answers about roles, and the field by which others name one."""

from __future__ import annotations

import uuid
from typing import Any, Final

from marshmallow import fields, validate

from services.clients.access.models import Role
from shared.clock import rfc3339
from shared.http.fields import Rule, required_line
from shared.http.schemas import StrictSchema
from shared.security.permissions import PERMISSIONS, ROLES
from shared.values import text
from shared.values.findings import Wrong

_ABOUT: Final = "One of the four, or the id of a role of the workspace's own."


def _role(value: Any) -> str:
    role = text.plain(value)
    try:
        return role if role in ROLES else str(uuid.UUID(role))
    except ValueError:
        named = ", ".join(ROLES)
        raise Wrong("not_a_choice", f"Must be {named}, or the id of a role.") from None


def role_field(**kwargs: Any) -> Rule:
    """The role that somebody has or is to have."""
    return Rule(_role, nullable=False, description=_ABOUT, examples=["member"], **kwargs)


def permissions_field(**kwargs: Any) -> fields.List[str]:
    """What may be done: at least one permission."""
    return fields.List(
        fields.String(validate=validate.OneOf(sorted(PERMISSIONS))),
        validate=validate.Length(1, len(PERMISSIONS)),
        **kwargs,
    )


class RoleBody(StrictSchema):
    """`POST /v1/roles`."""

    name = required_line(text.WORD_LENGTH, minLength=1, pattern=r".*\S", required=True)
    permissions = permissions_field(required=True)


class RoleChanges(StrictSchema):
    """`PATCH /v1/roles/{id}`."""

    name = required_line(text.WORD_LENGTH, minLength=1, pattern=r".*\S")
    permissions = permissions_field()


class RoleView(StrictSchema):
    """A role as answered; of the four that every workspace has, the id is their name."""

    id = fields.String()
    name = fields.String()
    built_in = fields.Boolean(metadata={"description": "Whether every workspace has it."})
    permissions = fields.List(fields.String())
    users = fields.Integer(metadata={"description": "How many users have it."})
    version = fields.Integer(allow_none=True)
    created_at = fields.String(allow_none=True)
    updated_at = fields.String(allow_none=True)


class RolesView(StrictSchema):
    """The four, then the workspace's own by name."""

    data = fields.List(fields.Nested(RoleView))


def role_json(role: Role, users: int) -> dict[str, Any]:
    """As `RoleView`."""
    return {
        "id": str(role.id),
        "name": role.name,
        "built_in": False,
        "permissions": role.permissions,
        "users": users,
        "version": role.version,
        "created_at": rfc3339(role.created_at),
        "updated_at": rfc3339(role.updated_at),
    }


def built_in_json(name: str, users: int) -> dict[str, Any]:
    """As `RoleView`, of one that every workspace has."""
    nothing = dict.fromkeys(("version", "created_at", "updated_at"))
    told_apart = {"id": name, "name": name, "built_in": True}
    return {**told_apart, "permissions": sorted(ROLES[name]), "users": users, **nothing}
