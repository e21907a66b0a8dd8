"""The bodies of requests: read whole by the loop, before a request takes a thread.

So a caller that sends a byte now and then holds a connection and nothing else. A view that takes
a long body (`long_body`) reads it as it arrives, in one of a few threads that are there for that.
"""

from __future__ import annotations

import asyncio
import io
import time
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import Any, Final, TypeVar

from flask import Flask, request
from werkzeug.exceptions import ClientDisconnected

from shared.errors import Malformed, TooSlow, Unavailable
from shared.http.lanes import view_of

Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]

#: The most that a body may have; Flask refuses what is longer.
MAX_BODY_BYTES: Final = 1_048_576
#: The most that a process holds of bodies that are not whole yet.
MOST_HELD_BYTES: Final = 64 * MAX_BODY_BYTES
PATIENCE_SECONDS: Final = 20.0
#: How fast a long body has to come, once the patience is used up.
LEAST_BYTES_PER_SECOND: Final = 8_192
#: How many long bodies a process reads at a time.
MOST_LONG: Final = 8

V = TypeVar("V", bound=Callable[..., Any])
_LONGEST: Final = "longest_body"


class Bodies:
    """The bodies that one process is reading."""

    def __init__(self) -> None:
        self._held = 0

    async def whole(self, headers: Iterable[tuple[bytes, bytes]], receive: Receive) -> bytes:
        """The body of a request; of one that is too long, more than may be.

        Raises `TooSlow` (408), `Unavailable` (503) where too much is held, and `Malformed` (400)
        where it breaks off: its caller has gone, or its chunks are none.
        """
        if not any(name in {b"content-length", b"transfer-encoding"} for name, _ in headers):
            return b""
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                return await self._read(receive)
        except TimeoutError:
            raise TooSlow(f"Send the whole body within {PATIENCE_SECONDS:.0f} s.") from None

    async def _read(self, receive: Receive) -> bytes:
        pieces: list[bytes] = []
        size, more = 0, True
        try:
            while more and size <= MAX_BODY_BYTES:
                message = await receive()
                if message["type"] == "http.disconnect":
                    raise Malformed("The body breaks off.")
                pieces.append(message.get("body", b""))
                size, more = size + len(pieces[-1]), bool(message.get("more_body"))
                self._held += len(pieces[-1])
                if self._held > MOST_HELD_BYTES:
                    raise Unavailable("Too many requests are being sent at once; try again.")
        finally:
            self._held -= size
        return b"".join(pieces)


# --- long bodies -------------------------------------------------------------------------


def long_body(most: int) -> Callable[[V], V]:
    """Have a view take bodies of up to so many bytes; it reads them from `request.stream`."""

    def decorate(view: V) -> V:
        view.__dict__[_LONGEST] = most
        return view

    return decorate


def allow_long_bodies(app: Flask) -> None:
    """Let what views take be longer than what Flask takes otherwise."""

    def allow() -> None:
        if (most := _longest(app.view_functions.get(request.endpoint or ""))) is not None:
            request.max_content_length = most

    app.before_request(allow)


def is_long(app: Flask, environ: dict[str, Any]) -> bool:
    """Whether the body of a request may be long, and its view takes long ones."""
    size = environ.get("CONTENT_LENGTH", "")
    if size.isdigit() and int(size) <= MAX_BODY_BYTES:
        return False
    if not size and "HTTP_TRANSFER_ENCODING" not in environ:
        return False
    return _longest(view_of(app, environ)) is not None


def _longest(view: Callable[..., Any] | None) -> int | None:
    return getattr(view, _LONGEST, None)


class Arriving(io.RawIOBase):
    """A body as a file that is read, from a thread, as it arrives on the loop.

    Reading raises `TooSlow` (408), and `ClientDisconnected` where the caller has gone.
    """

    def __init__(self, receive: Receive, loop: asyncio.AbstractEventLoop) -> None:
        self._receive = receive
        self._loop = loop
        self._left, self._more = memoryview(b""), True
        self._begun, self._size = time.monotonic(), 0

    def readable(self) -> bool:
        """It is there to be read."""
        return True

    def readinto(self, buffer: Any) -> int:
        """As much as is there; waits for the next piece where nothing is."""
        while not self._left and self._more:
            self._wait()
        taken = min(len(buffer), len(self._left))
        buffer[:taken], self._left = self._left[:taken], self._left[taken:]
        return taken

    def _wait(self) -> None:
        spent = time.monotonic() - self._begun
        patience = PATIENCE_SECONDS + self._size / LEAST_BYTES_PER_SECOND - spent
        coming = asyncio.run_coroutine_threadsafe(_next_message(self._receive), self._loop)
        try:
            message = coming.result(min(max(patience, 0.0), PATIENCE_SECONDS))
        except TimeoutError:
            coming.cancel()
            raise TooSlow("Send the body without such long pauses.") from None
        if message["type"] == "http.disconnect":
            raise ClientDisconnected
        self._left, self._more = (
            memoryview(message.get("body", b"")),
            bool(message.get("more_body")),
        )
        self._size += len(self._left)


async def _next_message(receive: Receive) -> MutableMapping[str, Any]:
    return await receive()
