"""The live timeline: the façade's stream of a client's events, passed on as mere news.

A browser is told that something happened and how far it is by then; what happened it fetches as
a piece of the page. So nothing of an event travels that the page would not show.
"""

from __future__ import annotations

from collections.abc import AsyncIterable, AsyncIterator
from functools import partial
from typing import Final

import aiohttp
from flask import Response, request

from clientele_client.errors import Unreachable
from shared.http.later import Reply, later
from web.shell import callers

_HEADERS: Final = {"Content-Type": "text/event-stream", "Cache-Control": "no-store"}
# A stream without events gives a sign of life every 15 s or so.
_TIMEOUT: Final = aiohttp.ClientTimeout(total=None, sock_connect=2.0, sock_read=45.0)
# An envelope stands in one line, which is read before it is dropped.
_LONGEST_LINE: Final = 512 * 1024


def stream(client_id: str) -> Response:
    """The news of a client for as long as the browser listens, from its `Last-Event-ID` on."""
    headers = {"Authorization": f"Bearer {callers.token()}", "Accept": "text/event-stream"}
    if "Last-Event-ID" in request.headers:
        headers["Last-Event-ID"] = request.headers["Last-Event-ID"]
    url = f"{callers.url()}/v1/events/stream?client={client_id}"
    return later(partial(_pass_on, url, headers))


async def _pass_on(url: str, headers: dict[str, str], reply: Reply) -> None:
    try:
        async with (
            aiohttp.ClientSession(timeout=_TIMEOUT, read_bufsize=_LONGEST_LINE) as session,
            session.get(url, headers=headers) as answer,
        ):
            if answer.status != 200:
                raise Unreachable(f"{url}: {answer.status}")
            await reply.start(200, _HEADERS.items())
            async for piece in news(answer.content):
                await reply.send(piece)
    except (aiohttp.ClientError, TimeoutError) as error:
        if not reply.is_started:
            raise Unreachable(f"{url}: {error!r}") from error


async def news(lines: AsyncIterable[bytes]) -> AsyncIterator[bytes]:
    """Each block with its `id`, and as an event `news` where it told of one."""
    cursor, has_happened = b"", False
    async for line in lines:
        name, _, value = line.rstrip(b"\r\n").partition(b":")
        if name == b"id":
            cursor = value.strip()
        elif name == b"data":
            has_happened = True
        elif not line.strip():
            yield _block(cursor, has_happened)
            cursor, has_happened = b"", False


def _block(cursor: bytes, has_happened: bool) -> bytes:
    place = b"id: %b\n" % cursor if cursor else b""
    return place + (b"event: news\ndata: 1\n\n" if has_happened else b": \n\n")
