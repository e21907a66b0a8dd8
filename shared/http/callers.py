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
from shared.values.devices import device_name

PROXY_SECRET = "X-Proxy-Secret"  # noqa: S105  # the header's name


def whence() -> Whence:
    """Where this request comes from."""
    return Whence(_address(), device_name(request.headers.get("User-Agent", "")))


def _address() -> str:
    secret = runtime().settings.proxy_secret
    given = request.headers.get(PROXY_SECRET, "")
    if secret and hmac.compare_digest(given.encode(), secret.encode()):
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
