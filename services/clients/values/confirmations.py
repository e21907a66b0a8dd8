"""The confirmation: a sealed note of what was shown, good for ten minutes."""

from __future__ import annotations

import base64
import binascii
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import orjson

from shared.clock import now
from shared.errors import Invalid
from shared.security.crypto import Vault


class NotConfirmed(Invalid):
    """The deletion carries no valid confirmation."""

    code = "lifecycle.not_confirmed"
    title = "A deletion has to be confirmed"


LIFETIME = timedelta(minutes=10)
_CONTEXT = "lifecycle-confirmation"
_SEAL_BYTES = 32


@dataclass(frozen=True, slots=True)
class Note:
    """What a confirmation says in clear."""

    expires: int
    documents: int | None = None
    bytes: int | None = None


def expiry() -> datetime:
    """Until when a note made now is good."""
    return (now() + LIFETIME).replace(microsecond=0)


def sealed(vault: Vault, expires_at: datetime, bound: Mapping[str, Any], *told: int | None) -> str:
    """A note that holds for exactly what it is bound to."""
    said = orjson.dumps([int(expires_at.timestamp()), *told])
    return base64.urlsafe_b64encode(_seal(vault, said, bound) + said).rstrip(b"=").decode()


def opened(vault: Vault, confirm: str | None, bound: Mapping[str, Any]) -> Note | None:
    """What a note says; None if it is out of date. Raises `NotConfirmed` for none of ours."""
    seal, said, note = _read(confirm)
    is_right = hmac.compare_digest(seal, _seal(vault, said, bound))
    return note if is_right and note.expires >= now().timestamp() else None


def _read(confirm: str | None) -> tuple[bytes, bytes, Note]:
    if not confirm:
        raise NotConfirmed("Look at what would happen first, and send its `confirm`.")
    try:
        raw = base64.urlsafe_b64decode(confirm.encode("ascii") + b"=" * (-len(confirm) % 4))
        said = raw[_SEAL_BYTES:]
        return raw[:_SEAL_BYTES], said, Note(*orjson.loads(said))
    except (UnicodeEncodeError, binascii.Error, orjson.JSONDecodeError, TypeError) as error:
        raise NotConfirmed("This `confirm` was not handed out by us.") from error


def _seal(vault: Vault, said: bytes, bound: Mapping[str, Any]) -> bytes:
    return vault.keyed_hash(said + orjson.dumps(bound, option=orjson.OPT_SORT_KEYS), _CONTEXT)
