"""The API as whoever is signed in may use it, through the client package."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, cast

import httpx
from cachetools import TTLCache
from flask import Flask, current_app, g, request

from clientele_client.access import Access
from clientele_client.errors import NotAllowed, Unauthenticated
from clientele_client.portal import Portal
from clientele_client.records import Clientele
from clientele_client.shapes import Me
from clientele_client.transport import Transport
from shared.http.callers import PROXY_SECRET, address
from shared.security.crypto import Vault
from shared.security.secrets import secret_of_ours
from web.settings import WebSettings
from web.shell import session

_EXTENSION = "clientele.web.callers"
# What is shown or hidden by it is checked by the API in any case.
_REMEMBERED_SECONDS = 10.0
# The API itself gives up on a part that is away after two seconds.
_TIMEOUT_SECONDS = 15.0
# Of calls that are asked beside another; those that find none free wait for one.
_THREADS = 16


class _Way:
    """Connections to the API that all readers of this process share, and who they are."""

    def __init__(self, settings: WebSettings) -> None:
        limits = httpx.Limits(max_keepalive_connections=20)
        self.url = settings.service_url("clients")
        self.proxy_secret = settings.proxy_secret
        self.secret_of_ours = secret_of_ours(Vault(settings.secret))
        # On the way from the API compressing costs more than it saves.
        self.http = httpx.Client(
            timeout=_TIMEOUT_SECONDS,
            limits=limits,
            follow_redirects=True,
            headers={"Accept-Encoding": "identity"},
        )
        self.threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="calls")
        self.known: TTLCache[str, Me] = TTLCache(1000, _REMEMBERED_SECONDS)

    def caller(self, token: str) -> Clientele:
        return Clientele(self.url, token, patience=0.0, timeout=_TIMEOUT_SECONDS, http=self.http)


def prepare(app: Flask, settings: WebSettings) -> None:
    """Open the way to the API; templates ask `me()` and `may(permission)`."""
    app.extensions[_EXTENSION] = _Way(settings)
    app.jinja_env.globals.update(me=me, may=may)


def _way() -> _Way:
    return cast(_Way, current_app.extensions[_EXTENSION])


def url() -> str:
    """Where the API is."""
    return _way().url


def token() -> str:
    """The token of whoever is signed in; raises `Unauthenticated` where nobody is."""
    found = session.current().token
    if found is None:
        raise Unauthenticated(401, {"code": "unauthenticated"})
    return found


def api() -> Clientele:
    """The API for this request."""
    if "api" not in g:
        g.api = _way().caller(token())
    return cast(Clientele, g.api)


def together(*asks: Callable[[], Any]) -> list[Any]:
    """The answers of calls that know nothing of each other, asked at once; the first error is
    raised. They run in threads of their own: what they need of the request is read before."""
    others = [_way().threads.submit(ask) for ask in asks[1:]]
    return [*(ask() for ask in asks[:1]), *(other.result() for other in others)]


def portal() -> Portal:
    """The portal's part of the API, by the contact who is signed in or by a stranger."""
    return Portal(_transport())


def access() -> Access:
    """Signing in and one's own access, by whoever is signed in or by a stranger.

    The API counts tries by the browser's address and names sessions by what the browser says.
    """
    return Access(_transport())


def _transport() -> Transport:
    way = _way()
    found = session.current().token
    return Transport(way.url, found, headers=_whence(way), patience=0.0, http=way.http)


def _whence(way: _Way) -> dict[str, str]:
    return {
        "User-Agent": request.headers.get("User-Agent", ""),
        "X-Forwarded-For": address(way.proxy_secret, way.secret_of_ours),
        PROXY_SECRET: way.secret_of_ours,
    }


def me() -> Me:
    """Who is signed in, in which workspace, and what they may do; some seconds old at most.

    In the portal that is a contact: their scopes stand in the place of permissions.
    """
    known, found = _way().known, token()
    if found not in known:
        known[found] = cast(Me, portal().me()) if session.is_portal() else api().me()
    return known[found]


def may(permission: str) -> bool:
    """Whether whoever is signed in may do something; for what is shown, never for what is done."""
    return permission in me()["permissions"]


def require(permission: str) -> None:
    """Raises `NotAllowed` where whoever is signed in may not do something."""
    if not may(permission):
        raise NotAllowed(403, {"code": "forbidden", "permission": permission})


def forget_me() -> None:
    """Ask the API anew who is signed in: something that every page shows has changed."""
    _way().known.pop(token(), None)
