"""Opaque tokens: random, shown once, stored as a hash.

256 random bits cannot be guessed, so a plain SHA-256 is enough to look them up by; a slow
hash is for what people choose.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass

from shared.security.crypto import Vault

_SHOWN = 10


@dataclass(frozen=True, slots=True)
class NewToken:
    """A token just made: `token` is given away once, `prefix` and `hash` are kept."""

    token: str
    prefix: str
    hash: bytes


def new_token(kind: str) -> NewToken:
    """A token that says what it is by its first letters (`cat` access token, `cak` API key)."""
    token = f"{kind}_{secrets.token_urlsafe(32)}"
    return NewToken(token, token[:_SHOWN], token_hash(token))


def token_hash(token: str) -> bytes:
    """What is stored and looked up."""
    return hashlib.sha256(token.encode()).digest()


def secret_of_ours(vault: Vault) -> str:
    """By which a process that knows the master secret, or was given this, proves to be a proxy of
    ours when it tells a caller's address."""
    return vault.key("proxy").hex()
