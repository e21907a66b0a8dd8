"""Changing a password, and giving the present one for what should not be done by a stolen
session alone.

Passwords are hashed and checked outside any transaction, as that takes long on purpose.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from contextlib import AbstractContextManager

from services.clients.access import queries
from services.clients.access.errors import WrongPassword
from services.clients.access.models import User
from services.clients.access.operations import people, sessions, throttling
from shared.errors import Invalid
from shared.messaging.changes import change
from shared.runtime import Runtime
from shared.security.identity import Whence
from shared.security.passwords import hash_password, require_strong, verify_password
from shared.unit_of_work import UnitOfWork
from shared.values.findings import Wrong

Begin = Callable[[], AbstractContextManager[UnitOfWork]]


def confirm_password(
    runtime: Runtime, begin: Begin, user_id: uuid.UUID, password: str, whence: Whence
) -> User:
    """The user whose present password this is; raises `WrongPassword` or `Throttled`."""
    with begin() as uow:
        user = queries.get_user(uow, user_id)
    turn = throttling.take_turn(runtime, user.email, whence)
    if not verify_password(user.password_hash, password, runtime.settings.argon2_time_cost):
        raise WrongPassword
    throttling.give_back(runtime, turn)
    return user


def change_password(
    runtime: Runtime,
    begin: Begin,
    user_id: uuid.UUID,
    present: str,
    wanted: str,
    whence: Whence,
    token_hash: bytes,
) -> None:
    """Sign in by another password from now on; every session but this one ends."""
    confirmed = confirm_password(runtime, begin, user_id, present, whence)
    hashed = new_hash(runtime, wanted, confirmed.email, confirmed.name, field="new_password")
    with begin() as uow:
        user = queries.get_user(uow, user_id, lock=True)
        if user.password_hash != confirmed.password_hash:
            raise WrongPassword("It was changed at this very moment.")
        set_password(uow, user, hashed, but=token_hash)


def new_hash(runtime: Runtime, password: str, *about: str, field: str = "password") -> str:
    """The hash of a password that is not too easy to guess; raises `Invalid` for one that is."""
    try:
        require_strong(password, *about)
    except Wrong as wrong:
        raise Invalid(errors=[wrong.at(field)]) from wrong
    return hash_password(password, runtime.settings.argon2_time_cost)


def set_password(uow: UnitOfWork, user: User, hashed: str, *, but: bytes | None = None) -> None:
    """Put a password in the place of another; sessions end, but the one of this token's hash."""
    user.password_hash = hashed
    people.note_change(uow, user, [change("password", people.HIDDEN, people.HIDDEN)])
    sessions.end_sessions(uow, user, "password_changed", but=but)
