"""Passing on what lasts: streams and long polls, piece by piece, without a thread of their own."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterable, Awaitable, Callable
from functools import partial
from typing import Final

import aiohttp
from flask import Response, request

from services.clients.gateway.gateway import Call, Gateway
from services.clients.gateway.passing import gateway, kept_headers, request_headers
from shared.http.later import Reply, later
from shared.logging import get_logger
from shared.security.identity import Identity

_log = get_logger(__name__)

#: How often it is asked whether the caller may still be answered, where nothing is told.
RECHECK_SECONDS: Final = 2.0
#: How long ago it may have been asked where something is.
FRESH_SECONDS: Final = 0.4
#: How long a caller is trusted while nobody can say whether it may still be answered.
TRUSTED_SECONDS: Final = 30.0
# Whoever cannot say so within this time cannot say it.
_SAYING_SECONDS: Final = 1.0
# A service that says nothing for longer, not even that the stream lives, is gone; it is more
# than the longest wait and the longest pause between two heartbeats.
_TIMEOUT: Final = aiohttp.ClientTimeout(total=None, sock_connect=1.0, sock_read=40.0)


def pass_on_later(
    service: str, identity: Identity, is_valid: Callable[[], bool], patience_seconds: float
) -> Response:
    """The other service's answer to this very request, however long it lasts.

    `is_valid()` says, in a thread, whether the caller may still be answered; when it may not,
    nothing is told any more, and the answer ends within seconds. `patience_seconds` is how long
    it may take to begin.
    """
    headers = request_headers()
    if "Last-Event-ID" in request.headers:
        headers["Last-Event-ID"] = request.headers["Last-Event-ID"]
    path = request.full_path.removesuffix("?")
    passing = partial(
        _pass_on,
        gateway(),
        Call(service, "GET", path, identity, headers=headers, limit_seconds=patience_seconds),
    )
    return later(partial(_while_valid, passing, is_valid))


class _Caller:
    """Whether a caller may still be answered, as far as it was asked."""

    def __init__(self, is_valid: Callable[[], bool]) -> None:
        self._is_valid = is_valid
        self._asked_at = self._known_at = time.monotonic()

    async def may_be_told(self) -> bool:
        """Asked for now, unless that was done a moment ago."""
        return time.monotonic() - self._asked_at < FRESH_SECONDS or await self.is_trusted()

    async def is_trusted(self) -> bool:
        """Asked for now; while nobody can say, by what was said last."""
        valid = await _ask(self._is_valid)
        self._asked_at = time.monotonic()
        if valid:
            self._known_at = self._asked_at
        return valid is not False and self._asked_at - self._known_at <= TRUSTED_SECONDS


async def _pass_on(gateway: Gateway, call: Call, caller: _Caller, reply: Reply) -> None:
    base_url, authorization = gateway.address(call.service, call.identity)
    headers = {**(call.headers or {}), **authorization}
    try:
        async with aiohttp.ClientSession(timeout=_TIMEOUT, auto_decompress=False) as session:
            getting = session.get(base_url + call.path, params=call.params, headers=headers)
            answer = await asyncio.wait_for(getting, call.limit_seconds)
            if await caller.may_be_told():
                await reply.start(answer.status, kept_headers(answer.headers).items())
                await _tell(answer.content.iter_any(), caller, reply)
    except (aiohttp.ClientError, TimeoutError) as error:
        if not reply.is_started:
            raise gateway.away(call.service, type(error).__name__) from error


async def _tell(pieces: AsyncIterable[bytes], caller: _Caller, reply: Reply) -> None:
    async for piece in pieces:
        if not await caller.may_be_told():
            return
        await reply.send(piece)


async def _while_valid(
    passing: Callable[[_Caller, Reply], Awaitable[None]],
    is_valid: Callable[[], bool],
    reply: Reply,
) -> None:
    caller = _Caller(is_valid)
    answering = asyncio.ensure_future(passing(caller, reply))
    try:
        while not (await asyncio.wait({answering}, timeout=RECHECK_SECONDS))[0]:
            if not await caller.is_trusted():
                return
        answering.result()
    finally:
        answering.cancel()


async def _ask(is_valid: Callable[[], bool]) -> bool | None:
    """What it says; None: nobody can say."""
    try:
        return await asyncio.wait_for(asyncio.to_thread(is_valid), _SAYING_SECONDS)
    except Exception as error:  # The database is away; it is asked again in a moment.
        _log.info("cannot recheck a caller", error=str(error).partition("\n")[0])
        return None
