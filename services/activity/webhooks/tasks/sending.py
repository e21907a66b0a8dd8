"""Posting a message to where a webhook leads, and nowhere else.

A name is asked for its addresses once per connection, all of them are looked at, and one of
those is connected to, so that a name which changes its meaning meanwhile gains nothing. The
socket itself is refused for any other address, whatever has led there. No redirection is
followed, no proxy asked, no cookie kept, and of a response no more than its start is read.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any, Self

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from services.activity.webhooks.operations.resolving import Resolve, addresses_of
from services.activity.webhooks.rules.addresses import Network, may_be_sent_to
from services.activity.webhooks.rules.answers import KEPT, Attempt, error_of, kept_text
from services.activity.webhooks.rules.retries import asked_wait
from shared.clock import now

CONNECT_SECONDS = 5.0
TOTAL_SECONDS = 15.0
# Names that are asked for at once; a name server that is silent keeps a thread for long.
_NAME_THREADS = 32
_HEADERS = {
    "Content-Type": "application/json",
    "User-Agent": "Clientele-Webhooks/1",
    "Accept-Encoding": "identity",
}


class AddressRefused(OSError):
    """The address is none that may be sent to."""


class Sender:
    """Connections to all receivers, kept open a while; to be used with `async with`.

    `resolve` says which addresses a host has; `tls` is for receivers whose certificates are
    signed by an authority of the firm's own.
    """

    def __init__(
        self,
        allowed: Sequence[Network],
        *,
        resolve: Resolve = addresses_of,
        tls: ssl.SSLContext | None = None,
        total_seconds: float = TOTAL_SECONDS,
        clock: Callable[[], datetime] = now,
    ) -> None:
        self._allowed = allowed
        self._clock = clock
        self._resolve = resolve
        self._tls = tls or ssl.create_default_context()
        self._timeout = aiohttp.ClientTimeout(total=total_seconds, connect=CONNECT_SECONDS)

    async def __aenter__(self) -> Self:
        """Open for business; connections are made when needed."""
        self._names = ThreadPoolExecutor(_NAME_THREADS, thread_name_prefix="names")
        self._sessions = {plain: self._session(plain=plain) for plain in (False, True)}
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close every connection."""
        for session in self._sessions.values():
            await session.close()
        self._names.shutdown(wait=False, cancel_futures=True)

    def _session(self, *, plain: bool) -> aiohttp.ClientSession:
        guard = _Guard(self._allowed, plain=plain)
        connector = aiohttp.TCPConnector(
            resolver=_Resolver(self._resolve, self._names, guard),
            socket_factory=guard.open_socket,
            ssl=self._tls,
            use_dns_cache=False,
            happy_eyeballs_delay=None,
            # How many are sent at once is decided webhook by webhook.
            limit=0,
        )
        return aiohttp.ClientSession(
            connector=connector,
            timeout=self._timeout,
            headers=_HEADERS,
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            trust_env=False,
        )

    async def post(self, url: str, headers: Mapping[str, str], body: bytes) -> Attempt:
        """One attempt; whatever goes wrong is what came of it."""
        at, started = self._clock(), time.perf_counter()
        outcome: dict[str, Any]
        try:
            outcome = await self._post(url, headers, body)
        except Exception as error:  # A receiver may do anything; the dispatcher goes on.
            outcome = {"error": _word(error)}
        return Attempt(at, timedelta(seconds=time.perf_counter() - started), **outcome)

    async def _post(self, url: str, headers: Mapping[str, str], body: bytes) -> dict[str, Any]:
        target = URL(url, encoded=True)
        session = self._sessions[target.scheme == "http"]
        async with session.post(
            target, data=body, headers=headers, allow_redirects=False
        ) as response:
            start = await _start_of(response)
            return {
                "status": response.status,
                "error": error_of(response.status),
                "response": kept_text(start),
                "wait": asked_wait(response.headers.get("Retry-After"), self._clock()),
            }


async def _start_of(response: aiohttp.ClientResponse) -> bytes:
    """The start of the body. One that goes on costs its connection, and no more."""
    start = b""
    # A character takes four bytes at most.
    while len(start) < 4 * KEPT and (piece := await response.content.read(4 * KEPT - len(start))):
        start += piece
    if not response.content.at_eof():
        response.close()
    return start


def _word(error: Exception) -> str:
    """The stable word for what went wrong."""
    cause = getattr(error, "os_error", error)
    for kinds, word in _WORDS:
        if isinstance(cause, kinds) or isinstance(error, kinds):
            return word
    return "broken_off"


class _Guard:
    """Which addresses sockets are opened for."""

    def __init__(self, allowed: Sequence[Network], *, plain: bool) -> None:
        self._allowed = allowed
        self._plain = plain

    def require(self, address: str) -> None:
        """Raise `AddressRefused` unless it may be sent to."""
        if not may_be_sent_to(address, self._allowed, plain=self._plain):
            raise AddressRefused(address)

    def open_socket(self, info: Any) -> socket.socket:
        """The socket of a connection about to be made to this very address."""
        family, kind, protocol, _, address = info
        self.require(str(address[0]))
        made = socket.socket(family, kind, protocol)
        made.setblocking(False)
        return made


class _Resolver(AbstractResolver):
    """Looks names up in threads, and refuses one that leads anywhere it may not."""

    def __init__(self, resolve: Resolve, names: ThreadPoolExecutor, guard: _Guard) -> None:
        self._ask = resolve
        self._names = names
        self._guard = guard

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """The addresses of a host, all of them fit to be sent to."""
        loop = asyncio.get_running_loop()
        found = await loop.run_in_executor(self._names, self._ask, host, port)
        for address in found:
            self._guard.require(address)
        return [_resolved(host, port, address) for address in found]

    async def close(self) -> None:
        """Nothing is held."""


def _resolved(host: str, port: int, address: str) -> ResolveResult:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    return {
        "hostname": host,
        "host": address,
        "port": port,
        "family": family,
        "proto": 0,
        "flags": socket.AI_NUMERICHOST | socket.AI_NUMERICSERV,
    }


# What is told first is meant, as some of these are kinds of others.
_WORDS: tuple[tuple[type[Exception] | tuple[type[Exception], ...], str], ...] = (
    (AddressRefused, "address_refused"),
    (TimeoutError, "timed_out"),
    ((socket.gaierror, UnicodeError), "unresolvable"),
    ((ssl.SSLError, ssl.CertificateError), "tls_failed"),
    (aiohttp.InvalidURL, "invalid_url"),
    (aiohttp.ClientConnectorError, "unreachable"),
)
