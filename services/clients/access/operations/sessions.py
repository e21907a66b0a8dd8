"""Sessions: where somebody is signed in, from the first token to the end."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeVar

from sqlalchemy import text

from services.clients.access import events, queries
from services.clients.access.errors import AlreadyRotated, SessionNotFound
from services.clients.access.models import Begun, Session, User
from shared.clock import now
from shared.ids import uuid7
from shared.security.identity import Whence
from shared.security.secrets import new_token
from shared.settings import Settings
from shared.unit_of_work import UnitOfWork

Of = TypeVar("Of", bound=Begun)

#: For so long after a rotation requests that were under way may come with the token before.
GRACE = timedelta(seconds=10)

# A session that is being ended or noted by another process is left alone: nobody waits for it.
_NOTE_USE = text(
    """
    UPDATE sessions SET last_used_at = clock_timestamp(),
        idle_until = least(expires_at, clock_timestamp() + make_interval(secs => idle_seconds))
    WHERE id = (
        SELECT id FROM sessions
        WHERE id = :id AND last_used_at < clock_timestamp() - interval '1 minute'
        FOR UPDATE SKIP LOCKED
    )
    """
)


@dataclass(frozen=True, slots=True)
class Lifetime:
    """What a token is called by its first letters, and when it ends: unused, and at last."""

    kind: str
    idle: timedelta
    longest: timedelta


#: What `POST /v1/auth/token` gives.
ACCESS_TOKEN = Lifetime("cat", timedelta(hours=12), timedelta(hours=12))


def session_lifetime(settings: Settings) -> Lifetime:
    """What `POST /v1/auth/sessions` gives."""
    longest = timedelta(days=settings.session_days)
    return Lifetime("cas", min(timedelta(hours=settings.session_idle_hours), longest), longest)


def start_session(
    uow: UnitOfWork, user: User, whence: Whence, lifetime: Lifetime
) -> tuple[Session, str]:
    """A session and its token, which is told only now."""
    session, token = new_session(uow, Session, whence, lifetime, user_id=user.id)
    uow.publish(events.session_started(session, user))
    return session, token


def new_session(
    uow: UnitOfWork, kind: type[Of], whence: Whence, lifetime: Lifetime, **whose: Any
) -> tuple[Of, str]:
    """A session of a kind that begins now, and its token; `whose` are the kind's own columns."""
    made, moment = new_token(lifetime.kind), now()
    session = kind(
        id=uuid7(),
        workspace_id=uow.workspace_id,
        hash=made.hash,
        device=whence.device,
        address=whence.address,
        idle_seconds=int(lifetime.idle.total_seconds()),
        created_at=moment,
        last_used_at=moment,
        idle_until=moment + lifetime.idle,
        expires_at=moment + lifetime.longest,
        **whose,
    )
    uow.session.add(session)
    return session, made.token


def rotate_session(uow: UnitOfWork, token_hash: bytes) -> tuple[Session, str]:
    """The session under another token; the one before is good for `GRACE` more.

    Raises `AlreadyRotated` where the token is the one before already: of two requests that
    rotate at once, one does.
    """
    session = queries.find_session(uow, token_hash, lock=True)
    if session is None:
        raise SessionNotFound
    if session.hash != token_hash:
        raise AlreadyRotated("Use the token that the other request has brought.")
    made = new_token("cas")
    session.previous_hash, session.previous_until = token_hash, now() + GRACE
    session.hash = made.hash
    return session, made.token


def end_session(uow: UnitOfWork, user: User, session_id: uuid.UUID) -> None:
    """End one session of a user's; raises `SessionNotFound`."""
    [*found] = [it for it in queries.sessions_of(uow, user.id) if it.id == session_id]
    if not found:
        raise SessionNotFound
    _end(uow, user, found[0], "ended")


def sign_out(uow: UnitOfWork, user: User, token_hash: bytes) -> None:
    """End the session whose token this is; one that has ended is none."""
    session = queries.find_session(uow, token_hash, lock=True)
    if session is not None:
        _end(uow, user, session, "signed_out")


def end_sessions(uow: UnitOfWork, user: User, reason: str, *, but: bytes | None = None) -> None:
    """End all sessions of a user but the one whose token has this hash."""
    for session in queries.sessions_of(uow, user.id):
        if but is None or but not in {session.hash, session.previous_hash}:
            _end(uow, user, session, reason)


def _end(uow: UnitOfWork, user: User, session: Session, reason: str) -> None:
    uow.session.delete(session)
    uow.publish(events.session_ended(session, user, reason))


def note_session_use(uow: UnitOfWork, session_id: uuid.UUID) -> None:
    """Write down that a session was used just now, unless the last minute says so already."""
    uow.session.execute(_NOTE_USE, {"id": session_id})
