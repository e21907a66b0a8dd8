"""The vault: encryption of stored secrets, keyed hashes, and signatures, from one secret.

Every use names a context (`clients.tax_id`, `cursor`, …); each context has a key of its own,
so a value made for one purpose is worthless for another.
"""

from __future__ import annotations

import hashlib
import hmac
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_NONCE_BYTES = 12


class CannotDecrypt(Exception):
    """The bytes were not made by this secret for this context."""


class Vault:
    """Keeps the derived keys of one master secret."""

    def __init__(self, secret: str) -> None:
        self._secret = secret.encode()
        self._keys: dict[str, bytes] = {}
        self._ciphers: dict[str, AESGCM] = {}

    def key(self, context: str) -> bytes:
        """The 32-byte key of a context."""
        found = self._keys.get(context)
        if found is None:
            found = hmac.new(self._secret, f"key:{context}".encode(), hashlib.sha256).digest()
            self._keys[context] = found
        return found

    def _cipher(self, context: str) -> AESGCM:
        if context not in self._ciphers:
            self._ciphers[context] = AESGCM(self.key(context))
        return self._ciphers[context]

    def encrypt(self, clear: str | bytes, context: str) -> bytes:
        """AES-256-GCM with a random nonce in front; the same clear text never looks the same."""
        nonce = os.urandom(_NONCE_BYTES)
        data = clear.encode() if isinstance(clear, str) else clear
        return nonce + self._cipher(context).encrypt(nonce, data, context.encode())

    def decrypt(self, sealed: bytes, context: str) -> bytes:
        """What `encrypt` was given; raises `CannotDecrypt` if a bit was changed."""
        try:
            return self._cipher(context).decrypt(
                sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], context.encode()
            )
        except (InvalidTag, ValueError) as error:
            raise CannotDecrypt(context) from error

    def keyed_hash(self, value: str | bytes, context: str) -> bytes:
        """HMAC-SHA256: equal values give equal hashes, and nobody without the secret can try."""
        data = value.encode() if isinstance(value, str) else value
        return hmac.new(self.key(context), data, hashlib.sha256).digest()
