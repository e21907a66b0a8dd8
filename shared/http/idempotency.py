"""Idempotency keys: the same request sent twice is carried out once.

The stored answer is written in the transaction of the change itself, so there is no moment
where one exists without the other. Bodies are stored encrypted, as some hold a secret that
is shown once; a row lives for a day. A key is its caller's own: another caller's request with
the same key is another request, and an answer comes back only to whoever may do what they might
when it was given.
"""

from __future__ import annotations

import hashlib
import re
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import orjson
from flask import Request, Response, request
from sqlalchemy import Engine, text

from shared.db.engine import autocommitting
from shared.errors import Conflict, Invalid
from shared.security.identity import Identity
from shared.stored_answers import SEALED_FOR
from shared.unit_of_work import UnitOfWork

LIFETIME_HOURS = 24
_MAX_KEY = 255
_KEPT_HEADERS = ("Content-Type", "ETag", "Location", "Retry-After")


class KeyInUse(Conflict):
    """The first request with this key is still running."""

    code = "idempotency.in_progress"
    title = "A request with this idempotency key is still being carried out"


class KeyReused(Invalid):
    """The key was used for another request."""

    code = "idempotency.key_reused"
    title = "This idempotency key was used for a different request"


class RightsChanged(Conflict):
    """The answer was given to the caller when they had other permissions."""

    code = "idempotency.rights_changed"
    title = "Your permissions have changed since this request was carried out"


@dataclass(frozen=True, slots=True)
class IdempotencyKey:
    """A caller's name for a request, what the request was, and what the caller may do."""

    key: str
    fingerprint: bytes
    rights: bytes

    @classmethod
    def of(cls, request: Request, identity: Identity) -> IdempotencyKey | None:
        """The key of a request, or None if it has none; raises `Invalid` for a bad one."""
        key = request.headers.get("Idempotency-Key")
        if key is None:
            return None
        if not (0 < len(key) <= _MAX_KEY and key.isprintable()):
            message = f"1 to {_MAX_KEY} printable characters."
            raise Invalid.at("Idempotency-Key", "invalid", message)
        asked = b"\0".join(
            [request.method.encode(), request.full_path.encode(), request.get_data(cache=True)]
        )
        caller = f"{identity.actor.kind}/{identity.actor.id}"
        return cls(
            f"{caller} {key}",
            hashlib.sha256(asked).digest(),
            hashlib.sha256(" ".join(sorted(identity.permissions)).encode()).digest(),
        )

    @property
    def mark(self) -> bytes:
        """What is kept of the request and its caller's rights."""
        return self.fingerprint + self.rights


_NUMBER = "hashtextextended(:workspace || ' ' || :key, 0)"
_LOCK = text(f"SELECT pg_try_advisory_xact_lock({_NUMBER})")
_HOLD = text(f"SELECT pg_try_advisory_lock({_NUMBER})")
_LET_GO = text(f"SELECT pg_advisory_unlock({_NUMBER})")
# A second statement on purpose: its snapshot starts after the lock is held, so an answer
# committed a moment before is seen.
_FIND = text("SELECT fingerprint, status, headers, body FROM idempotency_keys WHERE key = :key")
# What is stored once its transaction is over may come after the erasure of its client.
_STORE = text(
    """
    INSERT INTO idempotency_keys (workspace_id, key, fingerprint, status, headers, body, mentions)
    SELECT :workspace, :key, :fingerprint, :status, CAST(:headers AS jsonb), :body,
           CAST(:mentions AS uuid[])
    WHERE NOT :afterwards OR NOT EXISTS (
        SELECT FROM erased_clients WHERE client_id = ANY (CAST(:mentions AS uuid[])))
    ON CONFLICT (workspace_id, key) DO NOTHING
    """
)
# Begins with a hyphen, so that looking through a long answer costs a few microseconds.
_ID = re.compile(rb"-(?<=[0-9a-f]{8}-)[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


def claim(uow: UnitOfWork, key: IdempotencyKey) -> Response | None:
    """The stored answer, or None: then this transaction is the one to carry it out.

    Raises `KeyInUse` (409) while the first is running, and what `find` raises.
    """
    if not uow.session.scalar(_LOCK, {"workspace": str(uow.workspace_id), "key": key.key}):
        raise _in_use()
    return find(uow, key)


@contextmanager
def held(engine: Engine, workspace_id: uuid.UUID, key: IdempotencyKey) -> Iterator[None]:
    """Keep the key for what is carried out in several transactions; raises `KeyInUse` (409).

    It takes a connection and no transaction, and ends with the process.
    """
    given = {"workspace": str(workspace_id), "key": key.key}
    with autocommitting(engine).connect() as connection:
        if not connection.scalar(_HOLD, given):
            raise _in_use()
        try:
            yield
        finally:
            connection.execute(_LET_GO, given)


def _in_use() -> KeyInUse:
    return KeyInUse("Wait for the first answer, then send it again to receive the same.")


def find(uow: UnitOfWork, key: IdempotencyKey) -> Response | None:
    """The stored answer of a key that is held, or None.

    Raises `KeyReused` (422) for another request and `RightsChanged` (409).
    """
    row = uow.session.execute(_FIND, {"key": key.key}).one_or_none()
    if row is None:
        return None
    if not bytes(row.fingerprint).startswith(key.fingerprint):
        raise KeyReused("Use a new key for a new request.")
    if bytes(row.fingerprint) != key.mark:
        raise RightsChanged("It was carried out once; read what it changed.")
    body = uow.vault.decrypt(bytes(row.body), SEALED_FOR)
    response = Response(body, row.status, dict(row.headers))
    response.headers["Idempotent-Replayed"] = "true"
    return response


def store(
    uow: UnitOfWork, key: IdempotencyKey, response: Response, *, afterwards: bool = False
) -> None:
    """Keep the answer with the change; `afterwards` if that has been committed or rolled back."""
    headers = {name: response.headers[name] for name in _KEPT_HEADERS if name in response.headers}
    uow.session.execute(
        _STORE,
        {
            "workspace": str(uow.workspace_id),
            "key": key.key,
            "fingerprint": key.mark,
            "status": response.status_code,
            "headers": orjson.dumps(headers).decode(),
            "body": uow.vault.encrypt(response.get_data(), SEALED_FOR),
            "mentions": _mentions(response),
            "afterwards": afterwards,
        },
    )


def _mentions(response: Response) -> str:
    """Every id that the request or its answer names, as PostgreSQL writes an array."""
    content = request.path.encode() + b" " + response.get_data()
    found = {content[match.start() - 8 : match.end()] for match in _ID.finditer(content)}
    return "{" + b",".join(found).decode() + "}"
