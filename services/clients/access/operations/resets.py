"""A new password by mail: asked for, sent, and used once."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import delete, select, text

from services.clients.access import queries
from services.clients.access.errors import LinkGone, Throttled
from services.clients.access.models import PasswordReset, User
from services.clients.access.operations import passwords, throttling
from services.clients.access.operations.links import link, spoken
from services.clients.mail.operations import queue_mail
from services.clients.values.addresses import email_key
from shared.clock import now
from shared.messaging.envelope import Actor
from shared.messaging.outbox import Origin
from shared.runtime import Runtime
from shared.security.identity import Whence
from shared.security.secrets import new_token, token_hash
from shared.unit_of_work import UnitOfWork

GOOD_FOR: Final = timedelta(hours=1)
_ASK = text("SELECT ask_reset(:email)")
_ANSWER = text("SELECT answer_reset(:id)")


def ask_for_reset(runtime: Runtime, email: str, whence: Whence) -> None:
    """Note that somebody wants a new password; a job sees whether there is such a user.

    Raises `Throttled` by the caller's address alone: what becomes of it for one account says
    nothing of whether there is one.
    """
    throttling.take_turn_to_ask(runtime, throttling.RESETS_FROM, whence.network)
    account = email_key(email)
    try:
        throttling.take_turn_to_ask(runtime, throttling.RESETS_FOR, account)
    except Throttled:
        return
    with runtime.login_engine.begin() as connection:
        connection.execute(_ASK, {"email": account})


def answer(uow: UnitOfWork, request_id: uuid.UUID, user_id: uuid.UUID, web_url: str) -> None:
    """Send a link to who has asked, in the place of one that was sent before."""
    if not uow.session.scalar(_ANSWER, {"id": request_id}):
        return
    user, made, until = queries.get_user(uow, user_id), new_token("crt"), now() + GOOD_FOR
    _forget(uow, user.id)
    uow.session.add(
        PasswordReset(
            user_id=user.id, workspace_id=uow.workspace_id, hash=made.hash, expires_at=until
        )
    )
    words = {
        "name": user.name,
        "workspace": queries.get_workspace(uow).name,
        "link": link(web_url, "reset-password", made.token),
        "good_until": spoken(until),
    }
    queue_mail(uow, "password_reset", user.email, words, good_until=until)


def answer_nobody(runtime: Runtime, request_id: uuid.UUID) -> None:
    """Forget a request for an address that nobody has."""
    with runtime.app_engine.begin() as connection:
        connection.execute(_ANSWER, {"id": request_id})


def reset_password(
    runtime: Runtime, token: str, password: str, whence: Whence, correlation_id: str
) -> None:
    """Choose a password by a link, which is good once; every session of the user ends.

    Raises `LinkGone`, or `Invalid` for a password that is too easy to guess.
    """
    hashed_token = token_hash(token)
    with runtime.login_engine.connect() as connection:
        row = queries.find_password_reset(connection, hashed_token)
    if row is None:
        raise LinkGone
    origin = Origin(row.workspace_id, Actor("user", str(row.id), row.name), correlation_id)
    with runtime.unit_of_work(origin) as uow:
        user = queries.get_user(uow, row.id)
    hashed = passwords.new_hash(runtime, password, user.email, user.name)
    with runtime.unit_of_work(origin) as uow:
        user = _use(uow, row, hashed_token)
        passwords.set_password(uow, user, hashed)
    throttling.welcome(runtime, user.email, whence)


def _use(uow: UnitOfWork, row: Any, hashed_token: bytes) -> User:
    """The user, held, whose link this still is; of two at once one finds it gone."""
    user = queries.get_user(uow, row.id, lock=True)
    stored = uow.session.scalar(
        select(PasswordReset.hash).where(PasswordReset.user_id == user.id).with_for_update()
    )
    if stored != hashed_token:
        raise LinkGone
    _forget(uow, user.id)
    return user


def _forget(uow: UnitOfWork, user_id: uuid.UUID) -> None:
    uow.session.execute(delete(PasswordReset).where(PasswordReset.user_id == user_id))
