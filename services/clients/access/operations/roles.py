"""Roles of a workspace's own: what people may do, beyond the four that every workspace has."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from typing import Any, Final

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from services.clients.access import events
from services.clients.access.errors import (
    BeyondYourOwn,
    RoleExists,
    RoleInUse,
    RoleNotFound,
    TooManyRoles,
)
from services.clients.access.models import Invitation, Role, User
from services.clients.access.queries import get_workspace
from shared.clock import now
from shared.errors import Invalid, PreconditionFailed, require_version
from shared.ids import uuid7
from shared.messaging.changes import changes_between
from shared.security.permissions import PERMISSIONS, ROLES
from shared.unit_of_work import UnitOfWork
from shared.values.folding import caseless

MOST: Final = 50


def create_role(
    uow: UnitOfWork, name: str, permissions: Iterable[str], *, held: frozenset[str]
) -> Role:
    """A role. Raises `BeyondYourOwn` for a permission that the maker does not hold, `RoleExists`
    and `TooManyRoles`."""
    require_own(permissions, held)
    get_workspace(uow, lock=True)  # So that two at once do not both find room.
    if len(list_roles(uow)) >= MOST:
        raise TooManyRoles(f"At most {MOST}.")
    role = Role(
        id=uuid7(),
        workspace_id=uow.workspace_id,
        name=name,
        name_key=caseless(name),
        permissions=sorted({*permissions}),
    )
    uow.session.add(role)
    _store(uow, role)
    uow.publish(events.role_created(role))
    return role


def update_role(
    uow: UnitOfWork,
    role_id: uuid.UUID,
    changes: Mapping[str, Any],
    expected_version: int | None,
    *,
    held: frozenset[str],
) -> Role:
    """Another name, or other permissions for whoever has it, within a second. Raises
    `BeyondYourOwn` for one that grants more than the caller holds, before or afterwards."""
    role = get_role(uow, role_id, lock=True)
    require_version(expected_version, role.version, PreconditionFailed)
    wanted = dict(changes)
    if "permissions" in wanted:
        wanted["permissions"] = sorted({*wanted["permissions"]})
    require_own({*role.permissions, *wanted.get("permissions", ())}, held)
    before = {"name": role.name, "permissions": role.permissions}
    if changed := changes_between(before, wanted):
        for each in changed:
            setattr(role, each["field"], each["after"])
        role.name_key = caseless(role.name)
        role.version += 1
        role.updated_at = now()
        _store(uow, role)
        uow.publish(events.role_updated(role, changed))
    return role


def delete_role(uow: UnitOfWork, role_id: uuid.UUID, *, held: frozenset[str]) -> None:
    """Remove a role that nobody has; raises `RoleInUse`."""
    role = get_role(uow, role_id, lock=True)
    require_own(role.permissions, held)
    users, invited = users_by_role(uow).get(str(role.id), 0), _invited(uow, role)
    if users or invited:
        raise RoleInUse("Give them another one first.", users=users, invitations=invited)
    role.version += 1
    uow.publish(events.role_deleted(role))
    uow.session.delete(role)


def _store(uow: UnitOfWork, role: Role) -> None:
    name = role.name  # Which cannot be read any more once the transaction has failed.
    if role.name_key in ROLES:
        raise RoleExists(f"{name} is one of the four.")
    try:
        uow.flush()
    except IntegrityError as error:
        raise RoleExists(f"{name} is in use.") from error


def get_role(uow: UnitOfWork, role_id: uuid.UUID, *, lock: bool = False) -> Role:
    """A role of the workspace's own; `lock` holds it for a change."""
    found = uow.session.get(Role, role_id, with_for_update=lock or None)
    if found is None:
        raise RoleNotFound
    return found


def list_roles(uow: UnitOfWork) -> list[Role]:
    """The workspace's own roles, by name."""
    return list(uow.session.scalars(select(Role).order_by(Role.name_key)))


def users_by_role(uow: UnitOfWork) -> Mapping[str, int]:
    """How many users have each role that anybody has."""
    counted = select(User.role, func.count()).group_by(User.role)
    return dict(uow.session.execute(counted).all())


def _invited(uow: UnitOfWork, role: Role) -> int:
    """Invitations that can still be accepted, or sent again."""
    is_open = Invitation.accepted_at.is_(None) & Invitation.revoked_at.is_(None)
    wanted = select(func.count()).where(Invitation.role == str(role.id), is_open)
    return uow.session.scalar(wanted) or 0


# --- a role that somebody has, or is to have ---------------------------------------------------


def require_own(wanted: Iterable[str], held: frozenset[str]) -> None:
    """Refuse to hand out what one does not have; raises `BeyondYourOwn`."""
    beyond = sorted({*wanted} & PERMISSIONS - held)
    if beyond:
        raise BeyondYourOwn("Missing: " + ", ".join(beyond), missing=beyond)


def require_role(uow: UnitOfWork, role: str, held: frozenset[str]) -> None:
    """Refuse to make someone who may do more than oneself. A role of the workspace's own is held,
    so that it is not deleted meanwhile; raises `Invalid` where there is none such."""
    if role in ROLES:
        require_own(ROLES[role], held)
        return
    found = uow.session.get(Role, uuid.UUID(role), with_for_update={"read": True})
    if found is None:
        raise Invalid.at("role", "unknown_role", "There is no such role.")
    require_own(found.permissions, held)


def called(uow: UnitOfWork, name: str) -> str:
    """The role of a name, as users have it; raises `RoleNotFound`."""
    if name in ROLES:
        return name
    found = uow.session.scalar(select(Role.id).where(Role.name_key == caseless(name)))
    if found is None:
        raise RoleNotFound(name)
    return str(found)


def name_of(uow: UnitOfWork, role: str) -> str:
    """What a role is called: one of the four by its own word."""
    found = None if role in ROLES else uow.session.get(Role, uuid.UUID(role))
    return role if found is None else found.name
