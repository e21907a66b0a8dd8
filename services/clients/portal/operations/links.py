"""Signing in by a link in mail: asked for, sent, and used once."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Final

from sqlalchemy import delete, select, text

from services.clients.access.errors import LinkGone, Throttled
from services.clients.access.operations import throttling
from services.clients.access.operations.links import link, spoken
from services.clients.access.queries import get_workspace
from services.clients.correspondence.rules.kinds import PORTAL_SIGN_IN
from services.clients.mail.operations import Terms, queue_once
from services.clients.portal import rules
from services.clients.portal.models import PortalAccess, PortalLink
from services.clients.portal.operations import sessions
from services.clients.portal.operations.sessions import SignedIn
from services.clients.portal.operations.signing_in import turns_of
from services.clients.portal.queries import access as queries
from services.clients.records.queries.clients import get_client
from services.clients.values.addresses import email_key
from shared.clock import now
from shared.runtime import Runtime
from shared.security.identity import Whence
from shared.security.secrets import new_token, token_hash
from shared.unit_of_work import UnitOfWork
from shared.values.folding import caseless

GOOD_FOR: Final = timedelta(minutes=30)
_ASK = text("SELECT ask_portal_link(:email)")
_ANSWER = text("SELECT answer_portal_request(:id)")


def ask_for_link(runtime: Runtime, email: str, whence: Whence) -> None:
    """Note that somebody wants a link; a job sees whether the address is a contact's.

    Raises `Throttled` by the caller's address alone.
    """
    throttling.take_turn_to_ask(runtime, throttling.RESETS_FROM, whence.network)
    try:
        throttling.take_turn_to_ask(runtime, throttling.RESETS_FOR, turns_of(caseless(email)))
    except Throttled:
        return
    with runtime.login_engine.begin() as connection:
        connection.execute(_ASK, {"email": email_key(email)})


def answer(
    uow: UnitOfWork, request_id: uuid.UUID, access_id: uuid.UUID, web_url: str, *, is_last: bool
) -> None:
    """Send a contact a link in the place of one that was sent before; the request is over with
    its last access. Killed before, an address of several companies may get a link twice, of
    which the later one is good."""
    if is_last and not uow.session.scalar(_ANSWER, {"id": request_id}):
        return
    access = sessions.hold_access(uow, access_id)
    if access is None or access.state != rules.ACCEPTED:
        return
    made, until = new_token("cpl"), now() + GOOD_FOR
    _forget(uow, access.id)
    uow.session.add(
        PortalLink(
            access_id=access.id, workspace_id=uow.workspace_id, hash=made.hash, expires_at=until
        )
    )
    words = {
        "name": access.name,
        "workspace": get_workspace(uow).name,
        "company": get_client(uow.session, access.client_id).client.company_name,
        "link": link(web_url, "portal/link", made.token),
        "good_until": spoken(until),
    }
    terms = Terms(good_until=until, client_id=access.client_id)
    queue_once(uow, PORTAL_SIGN_IN, access.email, words, terms)


def answer_nobody(runtime: Runtime, request_id: uuid.UUID) -> None:
    """Forget a request for an address that no contact has."""
    with runtime.app_engine.begin() as connection:
        connection.execute(_ANSWER, {"id": request_id})


def sign_in(runtime: Runtime, token: str, whence: Whence, correlation_id: str) -> SignedIn:
    """A session by a mailed link, which is good once; raises `LinkGone`."""
    hashed = token_hash(token)
    with runtime.login_engine.connect() as connection:
        row = queries.find_link(connection, hashed)
    if row is None:
        raise LinkGone
    with sessions.begin(runtime, row.workspace_id, row.id, row.name, correlation_id) as uow:
        access = _use(uow, row.id, hashed)
        signed_in = sessions.start_session(uow, access, whence, runtime.settings, by_link=True)
    throttling.welcome(runtime, turns_of(access.email), whence)
    return signed_in


def _use(uow: UnitOfWork, access_id: uuid.UUID, hashed: bytes) -> PortalAccess:
    """The access whose link this still is; of two at once one finds it gone."""
    access = sessions.hold_access(uow, access_id)
    stored = uow.session.scalar(
        select(PortalLink.hash).where(PortalLink.access_id == access_id).with_for_update()
    )
    if access is None or stored != hashed:
        raise LinkGone
    _forget(uow, access.id)
    return access


def _forget(uow: UnitOfWork, access_id: uuid.UUID) -> None:
    uow.session.execute(delete(PortalLink).where(PortalLink.access_id == access_id))
