"""Signing in to the portal by a password; guessing is slowed down as it is for users, by turns
of its own."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Engine, Row, delete, text

from services.clients.access.errors import WrongLogIn
from services.clients.access.operations import throttling
from services.clients.portal import events
from services.clients.portal.errors import SeveralCompanies
from services.clients.portal.models import PortalRefusal
from services.clients.portal.operations import sessions
from services.clients.portal.operations.sessions import SignedIn
from services.clients.portal.queries import access as queries
from services.clients.values.addresses import email_key
from shared.runtime import Runtime
from shared.security.identity import Whence
from shared.security.passwords import verify_password
from shared.unit_of_work import UnitOfWork

_PURGED_AT_ONCE: Final = 5_000
_PURGE = text("SELECT purge_portal(:most)")
_NOTE_REFUSAL = text("SELECT note_portal_refusal(:email, :what, :whence)")


def turns_of(email: str) -> str:
    """What the turns of an address in the portal are counted under."""
    return f"portal {email}"


def sign_in(
    runtime: Runtime,
    email: str,
    password: str,
    access_id: uuid.UUID | None,
    whence: Whence,
    correlation_id: str,
) -> SignedIn:
    """A session for the right address and password. Raises `WrongLogIn`, `Throttled`, and
    `SeveralCompanies` where they are right for more than one and `access_id` names none. A refusal
    is written down for the job that tells of it, whoever is meant.

    The password is checked outside any transaction; for an address that nobody has the same is
    done as for one that somebody has.
    """
    turn = throttling.take_turn(runtime, turns_of(email), whence)
    with runtime.login_engine.connect() as connection:
        found = queries.find_people(connection, email)
    right = _right_ones(found, password, runtime.settings.argon2_time_cost)
    if access_id is not None:
        right = [row for row in right if row.id == access_id]
    if not right:
        _note_refusal(runtime, email, whence)
        raise WrongLogIn
    throttling.give_back(runtime, turn)
    if len(right) > 1:
        raise SeveralCompanies(choices=[_choice(row) for row in right])
    return _begin_session(runtime, right[0], whence, correlation_id)


def _note_refusal(runtime: Runtime, email: str, whence: Whence) -> None:
    given = {"email": email_key(email), "what": whence.device, "whence": whence.address}
    with runtime.login_engine.begin() as connection:
        connection.execute(_NOTE_REFUSAL, given)


def tell_refusals(uow: UnitOfWork, access_id: uuid.UUID) -> None:
    """Tell of the refusals of an access, those from one place and for one reason together."""
    access = sessions.hold_access(uow, access_id)
    gone = delete(PortalRefusal).where(PortalRefusal.access_id == access_id)
    together: dict[tuple[str, ...], list[PortalRefusal]] = defaultdict(list)
    for one in uow.session.scalars(gone.returning(PortalRefusal)):
        together[one.address, one.device, one.reason].append(one)
    for refusals in together.values():
        if access is not None:
            uow.publish(events.sign_in_refused(access, refusals))


def _right_ones(found: Sequence[Row[Any]], password: str, cost: int) -> list[Row[Any]]:
    if not found:
        verify_password(None, password, cost)
    return [row for row in found if verify_password(row.password_hash, password, cost)]


def _choice(row: Row[Any]) -> dict[str, str]:
    return {"access_id": str(row.id), "company": row.company, "workspace": row.workspace}


def _begin_session(
    runtime: Runtime, row: Row[Any], whence: Whence, correlation_id: str
) -> SignedIn:
    with sessions.begin(runtime, row.workspace_id, row.id, row.name, correlation_id) as uow:
        access = sessions.hold_access(uow, row.id)
        if access is None or access.password_hash != row.password_hash:
            raise WrongLogIn
        return sessions.start_session(uow, access, whence, runtime.settings, by_link=False)


def purge_portal(engine: Engine) -> int:
    """Delete some sessions and links that have expired, of whichever workspace; how many."""
    with engine.begin() as connection:
        return int(connection.scalar(_PURGE, {"most": _PURGED_AT_ONCE}) or 0)
