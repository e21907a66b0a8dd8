"""Seals: each entry of a chain vouches for all before it, to whoever has the key.

A chain is what one source has told of one client, in the order of the feed. A seal is an HMAC
over the seal before, the event's id and the hash of what it said, so that no entry can be
changed, taken out or put in without the key and without every later seal changing.
"""

from __future__ import annotations

import hmac
import uuid

#: The vault's context of the key.
CONTEXT = "activity.seal"
#: What stands in a chain for an envelope that could not be read: nothing is known of it.
UNREAD = bytes(32)
_NO_ID = uuid.UUID(int=0)


def first_seal(key: bytes, workspace_id: uuid.UUID, source: str, chain_id: uuid.UUID) -> bytes:
    """What a chain begins with: no two chains are exchangeable."""
    return hmac.digest(key, workspace_id.bytes + chain_id.bytes + source.encode(), "sha256")


def next_seal(key: bytes, before: bytes, event_id: uuid.UUID | None, payload_hash: bytes) -> bytes:
    """The seal of an entry that follows the one with the seal `before`."""
    return hmac.digest(key, before + (event_id or _NO_ID).bytes + payload_hash, "sha256")
