"""Signed notes that callers carry and hand back: readable by them, made by nobody else.

Whoever holds a note can read it, so it may hold only what they may see.
"""

from __future__ import annotations

import hashlib
from typing import Any

import orjson
from itsdangerous import BadSignature, Signer
from itsdangerous.encoding import base64_decode, base64_encode

from shared.security.crypto import Vault


class NotSigned(ValueError):
    """The note was not signed for this; `is_note` says whether it looks like one at all."""

    def __init__(self, *, is_note: bool) -> None:
        super().__init__("The signature does not match.")
        self.is_note = is_note


def signed(vault: Vault, context: str, bound: bytes, value: Any) -> str:
    """A JSON value as a note that fits into a URL, for one use and for what it is bound to."""
    return _signer(vault, context, bound).sign(base64_encode(orjson.dumps(value))).decode()


def unsigned(vault: Vault, context: str, bound: bytes, note: str) -> Any:
    """The value of a note of ours; raises `NotSigned`."""
    try:
        return orjson.loads(base64_decode(_signer(vault, context, bound).unsign(note)))
    except BadSignature as error:
        raise NotSigned(is_note=error.payload is not None) from error


def _signer(vault: Vault, context: str, bound: bytes) -> Signer:
    return Signer(
        vault.key(context), salt=bound, key_derivation="hmac", digest_method=hashlib.sha256
    )
