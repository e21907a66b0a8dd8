"""Whence a request comes: the caller's address and what program it says it is.

The address is that of the connection, unless whoever is at its other end proves to be a proxy
of ours by a secret: then it is the one that the proxy has put last into `X-Forwarded-For`.
"""

from __future__ import annotations

import hmac
from ipaddress import ip_address

from flask import request

from shared.http.edge import runtime
from shared.security.identity import Whence
from shared.security.secrets import secret_of_ours
from shared.values.devices import device_name

PROXY_SECRET = "X-Proxy-Secret"  # noqa: S105  # the header's name


def whence() -> Whence:
    """Where this request comes from."""
    settings, vault = runtime().settings, runtime().vault
    found = address(settings.proxy_secret, secret_of_ours(vault))
    return Whence(found, device_name(request.headers.get("User-Agent", "")))


def address(*secrets: str) -> str:
    """The caller's address; of a proxy that sends one of these secrets, the one it has told."""
    given = request.headers.get(PROXY_SECRET, "").encode()
    if any(secret and hmac.compare_digest(given, secret.encode()) for secret in secrets):
        forwarded = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()
        if _is_address(forwarded):
            return forwarded
    return request.remote_addr or ""


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True
