"""Idempotency keys: the same request sent twice is carried out once.

The stored answer is written in the transaction of the change itself, so there is no moment
where one exists without the other. Bodies are stored encrypted, as some hold a secret that
is shown once; a row lives for a day.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

import orjson
from flask import Request, Response, request
from sqlalchemy import text

from shared.errors import Conflict, FieldError, Invalid
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


@dataclass(frozen=True, slots=True)
class IdempotencyKey:
    """A caller's name for a request, and what the request was."""

    key: str
    fingerprint: bytes

    @classmethod
    def of(cls, request: Request) -> IdempotencyKey | None:
        """The key of a request, or None if it has none; raises `Invalid` for a bad one."""
        key = request.headers.get("Idempotency-Key")
        if key is None:
            return None
        if not (0 < len(key) <= _MAX_KEY and key.isprintable()):
            message = f"1 to {_MAX_KEY} printable characters."
            raise Invalid(errors=[FieldError("Idempotency-Key", "invalid", message)])
        told = b"\0".join(
            [request.method.encode(), request.full_path.encode(), request.get_data(cache=True)]
        )
        return cls(key, hashlib.sha256(told).digest())


_LOCK = text("SELECT pg_try_advisory_xact_lock(hashtextextended(:workspace || ' ' || :key, 0))")
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

    Raises `KeyInUse` (409) while the first is running, `KeyReused` (422) for another body.
    """
    workspace = str(uow.workspace_id)
    if not uow.session.scalar(_LOCK, {"workspace": workspace, "key": key.key}):
        raise KeyInUse("Wait for the first answer, then send it again to receive the same.")
    row = uow.session.execute(_FIND, {"key": key.key}).one_or_none()
    if row is None:
        return None
    if bytes(row.fingerprint) != key.fingerprint:
        raise KeyReused("Use a new key for a new request.")
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
            "fingerprint": key.fingerprint,
            "status": response.status_code,
            "headers": orjson.dumps(headers).decode(),
            "body": uow.vault.encrypt(response.get_data(), SEALED_FOR),
            "mentions": _mentions(response),
            "afterwards": afterwards,
        },
    )


def _mentions(response: Response) -> str:
    """Every id that the request or its answer names, as PostgreSQL writes an array."""
    told = request.path.encode() + b" " + response.get_data()
    found = {told[match.start() - 8 : match.end()] for match in _ID.finditer(told)}
    return "{" + b",".join(found).decode() + "}"
