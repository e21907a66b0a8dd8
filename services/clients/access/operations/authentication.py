"""From a bearer token to a caller, with a memory of half a second.

Every request asks, so the answer is kept for so long per process: a revoked key or a changed
role takes effect within a second, in streams too, and a hot path costs no query.
"""

from __future__ import annotations

import uuid
from threading import Lock
from typing import Any, Final

from cachetools import TTLCache, cached
from sqlalchemy import Row

from services.clients.access.operations.people import note_key_use
from services.clients.access.operations.sessions import note_session_use
from services.clients.access.queries import find_credential
from shared.messaging.envelope import Actor
from shared.messaging.outbox import Origin
from shared.runtime import Runtime
from shared.security.identity import Identity
from shared.security.permissions import PERMISSIONS, ROLES
from shared.security.secrets import token_hash

REMEMBERED_SECONDS: Final = 0.5
NOTED_SECONDS: Final = 60.0
_MOST: Final = 10_000
# What every token of ours looks like; anything else costs no query.
_KINDS: Final = ("cat_", "cas_", "cak_")
_LONGEST: Final = 100

_noted: TTLCache[uuid.UUID, None] = TTLCache(_MOST, NOTED_SECONDS)
_noted_lock: Final = Lock()


def authenticate(runtime: Runtime, token: str) -> Identity | None:
    """The caller who holds this session, access token or API key, or None."""
    if not token.startswith(_KINDS) or len(token) > _LONGEST:
        return None
    return _look_up(runtime, token_hash(token))


# Nobody is remembered too, or guessing tokens would cost a query each.
@cached(TTLCache(_MOST, REMEMBERED_SECONDS), key=lambda _, hashed: hashed, lock=Lock())
def _look_up(runtime: Runtime, hashed: bytes) -> Identity | None:
    with runtime.login_engine.connect() as connection:
        row = find_credential(connection, hashed)
    if row is None:
        return None
    identity = _identity(row)
    _note_use(runtime, row, identity)
    return identity


def _identity(row: Row[Any]) -> Identity:
    granted = ROLES.get(row.role, row.permissions or ())
    return Identity(
        row.workspace_id,
        Actor(row.kind, str(row.id), row.name),
        frozenset(granted) & PERMISSIONS,
    )


def _note_use(runtime: Runtime, row: Row[Any], identity: Identity) -> None:
    """Write down that a key or a session is in use: at most once a minute, in a transaction of
    its own."""
    used = row.session_id or row.id
    with _noted_lock:
        if used in _noted:
            return
        _noted[used] = None
    with runtime.unit_of_work(Origin(identity.workspace_id, identity.actor, "use")) as uow:
        if row.session_id is None:
            note_key_use(uow, row.id)
        else:
            note_session_use(uow, row.session_id)


def forget() -> None:
    """Forget every caller, so that the next request of each looks again."""
    _look_up.cache_clear()
    with _noted_lock:
        _noted.clear()
