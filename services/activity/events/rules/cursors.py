"""Cursors of the feed: a place in it, signed for one workspace and one life of the feed."""

from __future__ import annotations

import base64
import binascii
import hmac
import struct
import uuid
from dataclasses import dataclass

from services.activity.events.errors import BadFeedCursor
from shared.security.crypto import Vault

_CONTEXT = "events.cursor"
_TAG_BYTES = 16
_PLACE = struct.Struct(">16sq")


@dataclass(frozen=True, slots=True)
class Place:
    """Everything up to `pos` has been read, in the life of the feed named `epoch`."""

    epoch: uuid.UUID
    pos: int


def cursor_of(vault: Vault, workspace_id: uuid.UUID, place: Place) -> str:
    """The place as callers are handed it; the same place is always the same text."""
    packed = _PLACE.pack(place.epoch.bytes, place.pos)
    tag = _tag(vault, workspace_id, packed)
    return base64.urlsafe_b64encode(tag + packed).rstrip(b"=").decode()


def place_of(vault: Vault, workspace_id: uuid.UUID, cursor: str) -> Place:
    """The place that a cursor stands for; raises `BadFeedCursor` for one of another workspace or
    not of ours."""
    try:
        raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        tag, packed = raw[:_TAG_BYTES], raw[_TAG_BYTES:]
        epoch, pos = _PLACE.unpack(packed)
    except (binascii.Error, ValueError, struct.error) as error:
        raise BadFeedCursor from error
    if not hmac.compare_digest(tag, _tag(vault, workspace_id, packed)):
        raise BadFeedCursor
    return Place(uuid.UUID(bytes=epoch), pos)


def _tag(vault: Vault, workspace_id: uuid.UUID, packed: bytes) -> bytes:
    return vault.keyed_hash(workspace_id.bytes + packed, _CONTEXT)[:_TAG_BYTES]
