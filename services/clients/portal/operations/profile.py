"""One's own profile in the portal: the name that the firm sees, and the password."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Final

from services.clients.access.errors import LinkGone, WrongPassword
from services.clients.access.operations import throttling
from services.clients.access.operations.passwords import new_hash
from services.clients.access.operations.people import HIDDEN
from services.clients.portal import events
from services.clients.portal.models import PortalAccess, PortalSession
from services.clients.portal.operations import inviting, sessions
from services.clients.portal.operations.sessions import Visitor
from services.clients.portal.operations.signing_in import turns_of
from services.clients.portal.queries import access as queries
from shared.clock import now
from shared.messaging.changes import change
from shared.runtime import Runtime
from shared.security.identity import Whence
from shared.security.passwords import verify_password
from shared.unit_of_work import UnitOfWork

Begin = Callable[[], AbstractContextManager[UnitOfWork]]
#: For so long a link in mail stands in for a password that was forgotten.
LINK_PROVES_FOR: Final = timedelta(minutes=30)


def rename(uow: UnitOfWork, visitor: Visitor, name: str) -> PortalAccess:
    """Be called otherwise."""
    access = _own(uow, visitor)
    inviting.change(uow, access, {"name": name})
    return access


def choose_password(
    runtime: Runtime,
    begin: Begin,
    visitor: Visitor,
    present: str | None,
    wanted: str,
    whence: Whence,
) -> None:
    """Sign in by another password from now on; every session but this one ends.

    The present one has to be given, where there is one and the session did not just begin by a
    mailed link: raises `WrongPassword`, `Throttled`, or `Invalid` for a weak one.
    """
    with begin() as uow:
        access = queries.get_access(uow.session, visitor.access_id)
        has_to_prove = needs_password(uow, visitor, access)
    if has_to_prove:
        _require_password(runtime, access, present, whence)
    hashed = new_hash(runtime, wanted, access.email, access.name, field="new_password")
    with begin() as uow:
        held = _own(uow, visitor)
        if held.password_hash != access.password_hash:
            raise WrongPassword("It was changed at this very moment.")
        held.password_hash = hashed
        held.version += 1
        uow.publish(events.access_updated(held, [change("password", HIDDEN, HIDDEN)]))
        sessions.end_sessions(uow, held, "password_changed", but=visitor.session_id)


def needs_password(uow: UnitOfWork, visitor: Visitor, access: PortalAccess) -> bool:
    """Whether the present password has to be given for another one."""
    return access.password_hash is not None and not _just_came_by_link(uow, visitor)


def _just_came_by_link(uow: UnitOfWork, visitor: Visitor) -> bool:
    session = uow.session.get(PortalSession, visitor.session_id)
    return session is not None and session.by_link and session.created_at > now() - LINK_PROVES_FOR


def _require_password(
    runtime: Runtime, access: PortalAccess, present: str | None, whence: Whence
) -> None:
    turn = throttling.take_turn(runtime, turns_of(access.email), whence)
    cost = runtime.settings.argon2_time_cost
    if not verify_password(access.password_hash, present or "", cost):
        raise WrongPassword
    throttling.give_back(runtime, turn)


def _own(uow: UnitOfWork, visitor: Visitor) -> PortalAccess:
    access = sessions.hold_access(uow, visitor.access_id)
    if access is None:
        raise LinkGone
    return access
