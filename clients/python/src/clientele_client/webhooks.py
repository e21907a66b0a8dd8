"""Webhooks: whether Clientele has sent one, by Standard Webhooks 1.0."""

from __future__ import annotations

import binascii
import hashlib
import hmac
import json
import time
from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from typing import cast

from clientele_client.errors import InvalidSignature
from clientele_client.types import Event

#: So far may the clocks of both sides differ, and so old may a recording be.
TOLERANCE_SECONDS = 300
_PREFIX = "whsec_"


def verify(
    secrets: str | Sequence[str],
    headers: Mapping[str, str],
    body: bytes,
    *,
    now: float | None = None,
) -> Event:
    """The event that a webhook brings; raises `InvalidSignature` unless it is genuine.

    `secrets` is the one that was shown, or several while they change: any will do. `body` is what
    arrived, byte by byte. An event may arrive twice, under the same `id`.
    """
    message_id, moment, signatures = _read(headers)
    if abs((time.time() if now is None else now) - moment) > TOLERANCE_SECONDS:
        raise InvalidSignature("webhook-timestamp is too far from now.")
    signed = f"{message_id}.{moment}.".encode() + body
    known = [_signature(each, signed) for each in _several(secrets)]
    if not any(hmac.compare_digest(each, it) for each in known for it in signatures):
        raise InvalidSignature("None of the signatures fits.")
    return cast(Event, json.loads(body))


def _read(headers: Mapping[str, str]) -> tuple[str, int, list[bytes]]:
    found = {name.lower(): value for name, value in headers.items()}
    try:
        signatures = found["webhook-signature"].encode().split()
        return found["webhook-id"], int(found["webhook-timestamp"]), signatures
    except (KeyError, ValueError) as error:
        raise InvalidSignature(f"The headers are not those of a webhook: {error}") from error


def _several(secrets: str | Sequence[str]) -> Sequence[str]:
    return [secrets] if isinstance(secrets, str) else secrets


def _signature(secret: str, signed: bytes) -> bytes:
    try:
        key = b64decode(secret.removeprefix(_PREFIX), validate=True)
    except binascii.Error as error:
        raise ValueError("A secret begins with whsec_ and goes on in base64.") from error
    return b"v1," + b64encode(hmac.new(key, signed, hashlib.sha256).digest())
