"""The confirmation: a signed note of what was shown, good for ten minutes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import orjson

from shared.clock import now
from shared.errors import Invalid
from shared.security.crypto import Vault
from shared.security.signing import NotSigned, signed, unsigned


class NotConfirmed(Invalid):
    """The deletion carries no valid confirmation."""

    code = "lifecycle.not_confirmed"
    title = "A deletion has to be confirmed"


LIFETIME = timedelta(minutes=10)
_CONTEXT = "lifecycle-confirmation"


@dataclass(frozen=True, slots=True)
class Note:
    """What a confirmation says in clear."""

    expires: int
    documents: int | None = None
    bytes: int | None = None


def expiry() -> datetime:
    """Until when a note made now is good."""
    return (now() + LIFETIME).replace(microsecond=0)


def sealed(
    vault: Vault, expires_at: datetime, bound: Mapping[str, Any], *counts: int | None
) -> str:
    """A note that holds for exactly what it is bound to."""
    return signed(vault, _CONTEXT, _exactly(bound), [int(expires_at.timestamp()), *counts])


def opened(vault: Vault, confirm: str | None, bound: Mapping[str, Any]) -> Note | None:
    """What a note says; None if it is out of date. Raises `NotConfirmed` for none of ours."""
    if not confirm:
        raise NotConfirmed("Look at what would happen first, and send its `confirm`.")
    try:
        note = Note(*unsigned(vault, _CONTEXT, _exactly(bound), confirm))
    except NotSigned as error:
        if error.is_note:
            return None
        raise NotConfirmed("This `confirm` was not handed out by us.") from error
    return note if note.expires >= now().timestamp() else None


def _exactly(bound: Mapping[str, Any]) -> bytes:
    return orjson.dumps(bound, option=orjson.OPT_SORT_KEYS)
