"""Answers that come later: a view may leave the rest of its answer to the loop of the server.

So a stream or a long poll is checked like any other request, by its view in a thread, and then
holds no thread however long it lasts.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from dataclasses import dataclass
from typing import Any, Final

from flask import Response, copy_current_request_context, current_app, g, request

Headers = Iterable[tuple[str, str]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

#: Where in a request's WSGI environment a view leaves what is to come later.
LATER: Final = "clientele.later"
#: A reader that has not taken a piece for so long is let go; it comes back by itself.
STALL_SECONDS: Final = 30.0


class Stalled(Exception):
    """The reader has stopped reading."""


class Reply:
    """The answer to one request as the loop gives it: `start` once, then `send` piece by piece.

    `given` are headers of every answer, which `start` adds to. `send` returns once the reader
    has room for the next piece, and raises `Stalled` when it has had none for too long.
    """

    def __init__(self, send: Send, given: Headers) -> None:
        self._send = send
        self._given = dict(given)
        self.is_started = False

    async def start(self, status: int, headers: Headers) -> None:
        """Send the status and the headers."""
        self.is_started = True
        named = {**self._given, **{name.lower(): value for name, value in headers}}
        await self._send(
            {"type": "http.response.start", "status": status, "headers": encoded(named.items())}
        )

    async def send(self, piece: bytes) -> None:
        """Send a piece of the body."""
        await send_in_time(self._send, piece, more=True)

    async def finish(self) -> None:
        """End the body; done by the server."""
        await send_in_time(self._send, b"", more=False)


@dataclass(frozen=True, slots=True)
class Later:
    """What is left to the loop; `refuse` makes a response of an error met before `start`."""

    answer: Callable[[Reply], Awaitable[None]]
    refuse: Callable[[Exception], Response]


def later(answer: Callable[[Reply], Awaitable[None]]) -> Response:
    """What a view returns that leaves its answer to the loop.

    `answer(reply)` is awaited outside of the request, and cancelled when the caller goes away or
    the server stops. An error that it raises before `reply.start` is answered as a view's.
    """
    request_id, traceparent = g.request_id, g.traceparent

    @copy_current_request_context
    def refuse(error: Exception) -> Response:
        g.request_id, g.traceparent = request_id, traceparent
        return current_app.make_response(current_app.handle_user_exception(error))

    request.environ[LATER] = Later(answer, refuse)
    return Response()


async def send_in_time(send: Send, piece: bytes, *, more: bool) -> None:
    """Send a piece of a body; raises `Stalled` when its reader has had no room for too long."""
    message = {"type": "http.response.body", "body": piece, "more_body": more}
    try:
        async with asyncio.timeout(STALL_SECONDS):
            await send(message)
    except TimeoutError as error:
        raise Stalled from error


def encoded(headers: Headers) -> list[tuple[bytes, bytes]]:
    """Headers as the server takes them."""
    return [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers]
