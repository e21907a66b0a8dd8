"""The bodies of requests: read whole by the loop, before a request takes a thread.

So a caller that sends a byte now and then holds a connection and nothing else.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import Any, Final

from shared.errors import TooSlow, Unavailable

Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]

#: The most that a body may have; Flask refuses what is longer.
MAX_BODY_BYTES: Final = 1_048_576
#: The most that a process holds of bodies that are not whole yet.
MOST_HELD_BYTES: Final = 64 * MAX_BODY_BYTES
PATIENCE_SECONDS: Final = 20.0


class CallerGone(Exception):
    """Nobody is there any more to answer."""


class Bodies:
    """The bodies that one process is reading."""

    def __init__(self) -> None:
        self._held = 0

    async def whole(self, headers: Iterable[tuple[bytes, bytes]], receive: Receive) -> bytes:
        """The body of a request; of one that is too long, more than may be.

        Raises `TooSlow` (408), `Unavailable` (503) where too much is held, `CallerGone`.
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
                    raise CallerGone
                pieces.append(message.get("body", b""))
                size, more = size + len(pieces[-1]), bool(message.get("more_body"))
                self._held += len(pieces[-1])
                if self._held > MOST_HELD_BYTES:
                    raise Unavailable("Too many requests are being sent at once; try again.")
        finally:
            self._held -= size
        return b"".join(pieces)
