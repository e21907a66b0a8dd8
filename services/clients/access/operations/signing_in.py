"""Signing in: from an address and a password to a session, and what becomes of wrong ones."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, Row, delete, text

from services.clients.access import events, queries
from services.clients.access.errors import SecondFactorWrong, WrongLogIn
from services.clients.access.models import SignInRefusal, User
from services.clients.access.operations import second_factor, sessions, throttling
from services.clients.access.operations.sessions import Lifetime
from shared.messaging.envelope import Actor
from shared.messaging.outbox import Origin
from shared.runtime import Runtime
from shared.security.identity import Whence
from shared.security.passwords import verify_password
from shared.unit_of_work import UnitOfWork

# Rows that are deleted in one transaction, of each kind.
_PURGED_AT_ONCE = 5_000
_PURGE = text("SELECT purge_access(:most)")
_NOTE_REFUSAL = text("SELECT note_refusal(:whose, :who, :why, :what, :whence)")


@dataclass(frozen=True, slots=True)
class LogIn:
    """What somebody signs in with."""

    email: str
    password: str
    code: str | None = None


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A fresh token, and when it ends: unused, and at last."""

    token: str
    idle_until: datetime
    expires_at: datetime


def sign_in(
    runtime: Runtime, given: LogIn, whence: Whence, lifetime: Lifetime, correlation_id: str
) -> SignedIn:
    """A session for the right address and password; raises `WrongLogIn` or `Throttled`,
    or `SecondFactorRequired` or `SecondFactorWrong` where the user has one.

    The password is checked outside any transaction, as it takes long on purpose. What is done
    for an address that nobody has is the same, so that the time tells nothing.
    """
    turn = throttling.take_turn(runtime, given.email, whence)
    with runtime.login_engine.connect() as connection:
        row = queries.find_user_by_email(connection, given.email)
    stored = None if row is None else row.password_hash
    is_right = verify_password(stored, given.password, runtime.settings.argon2_time_cost)
    if row is None or not is_right or row.disabled:
        _note_refusal(runtime, row, whence, "disabled" if is_right else "password")
        raise WrongLogIn
    try:
        made = _begin_session(runtime, row, given.code, whence, lifetime, correlation_id)
    except SecondFactorWrong:
        _note_refusal(runtime, row, whence, "second_factor")
        raise
    throttling.give_back(runtime, turn)
    return made


def _begin_session(
    runtime: Runtime,
    row: Row[Any],
    code: str | None,
    whence: Whence,
    lifetime: Lifetime,
    correlation_id: str,
) -> SignedIn:
    who = Origin(row.workspace_id, Actor("user", str(row.id), row.name), correlation_id)
    with runtime.unit_of_work(who) as uow:
        user = queries.get_user(uow, row.id, lock=True)
        second_factor.require_code(uow, user, code)
        session, token = sessions.start_session(uow, user, whence, lifetime)
    return SignedIn(token, session.idle_until, session.expires_at)


def _note_refusal(runtime: Runtime, row: Row[Any] | None, whence: Whence, reason: str) -> None:
    """Write a refusal down for the job that tells of it; the same work where nobody is meant."""
    whose, who = (None, None) if row is None else (row.workspace_id, row.id)
    circumstances = {"why": reason, "what": whence.device, "whence": whence.address}
    with runtime.login_engine.begin() as connection:
        connection.execute(_NOTE_REFUSAL, {"whose": whose, "who": who, **circumstances})


def tell_refusals(uow: UnitOfWork) -> None:
    """Tell of the refusals of a workspace, those of one user and place and reason together."""
    together: dict[tuple[Any, ...], list[SignInRefusal]] = defaultdict(list)
    gone = delete(SignInRefusal).returning(SignInRefusal)
    for one in uow.session.scalars(gone):
        together[one.user_id, one.address, one.device, one.reason].append(one)
    for (user_id, *_), refusals in together.items():
        user = uow.session.get(User, user_id)
        if user is not None:
            uow.publish(events.sign_in_refused(user, refusals))


def purge_access(engine: Engine) -> int:
    """Delete some of what has expired, of whichever workspace; returns how many rows went."""
    with engine.begin() as connection:
        return int(connection.scalar(_PURGE, {"most": _PURGED_AT_ONCE}) or 0)
