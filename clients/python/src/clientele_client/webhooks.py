"""Webhooks as they arrive (Standard Webhooks 1.0)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Mapping, Sequence

from clientele_client.errors import BadSignature
from clientele_client.shapes import Event

TOLERANCE_SECONDS = 300.0
_PREFIX = "whsec_"


def verify(
    secrets: str | Sequence[str],
    headers: Mapping[str, str],
    body: bytes,
    *,
    tolerance: float = TOLERANCE_SECONDS,
) -> Event:
    """The event that was posted; raises `BadSignature` unless one of the secrets signed it.

    `body` is what arrived, byte for byte. Give the old and the new secret while one is being
    rotated. A post that was signed more than `tolerance` seconds from now is refused.
    """
    named = {name.lower(): value for name, value in headers.items()}
    try:
        identity, timestamp = named["webhook-id"], named["webhook-timestamp"]
        signatures = named["webhook-signature"].split()
        age = abs(time.time() - int(timestamp))
    except (KeyError, ValueError) as error:
        raise BadSignature(f"A header is missing or wrong: {error}.") from error
    if age > tolerance:
        raise BadSignature(f"It was signed {age:.0f} seconds from now.")
    signed = f"{identity}.{timestamp}.".encode() + body
    known = [secrets] if isinstance(secrets, str) else secrets
    if not any(_is_signed(_signature(secret, signed), signatures) for secret in known):
        raise BadSignature("None of the secrets signed it.")
    event: Event = json.loads(body)
    return event


def _signature(secret: str, signed: bytes) -> str:
    key = base64.b64decode(secret.removeprefix(_PREFIX))
    made = hmac.new(key, signed, hashlib.sha256).digest()
    return f"v1,{base64.b64encode(made).decode()}"


def _is_signed(expected: str, signatures: Sequence[str]) -> bool:
    return any(hmac.compare_digest(expected.encode(), each.encode()) for each in signatures)
