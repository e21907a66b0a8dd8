"""Keys of objects: random, so that none can be guessed and none is ever written twice.

None lies in a folder: a store that keeps files removes a folder with its last object, also while
another is being put into it.
"""

from __future__ import annotations

import secrets

STAGING = "staging-"
FINAL = "files-"
# The first characters after its beginning cut it into equal shares to walk one by one.
SHARES = 256


def staging_key() -> str:
    """A new key for an upload; a link that writes to it is handed out."""
    return STAGING + secrets.token_hex(16)


def final_key() -> str:
    """A new key for a checked copy; no link that writes is ever made for it."""
    return FINAL + secrets.token_hex(16)


def required(key: str | None) -> str:
    """The key of a document whose state promises one."""
    if key is None:
        raise LookupError("a document in this state has its key")
    return key


def share_prefix(share: int) -> str:
    """What the keys of checked copies in one of the `SHARES` begin with."""
    return f"{FINAL}{share:02x}"
