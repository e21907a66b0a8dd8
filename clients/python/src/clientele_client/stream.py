"""The live stream: events as they happen, by server-sent events, joined again where it broke."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import httpx

from clientele_client.cursors import CursorStore
from clientele_client.errors import ClienteleError, Unreachable
from clientele_client.transport import Transport, refusal_of
from clientele_client.types import Event

_PATH = "/v1/events/stream"
# The server shows a silent stream alive every 15 seconds; three times that is broken.
_SILENCE_SECONDS = 45.0


@dataclass(frozen=True, slots=True)
class Message:
    """An event and the cursor after it; without an event, how far the stream is by now."""

    cursor: str
    event: Event | None


class Stream:
    """The stream of the workspace that the token belongs to.

    A broken stream is joined again after the last cursor, for ever unless `patience_seconds` says
    how long it may stay away at a time.
    """

    def __init__(
        self,
        url: str,
        token: str,
        *,
        patience_seconds: float | None = None,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self._server = Transport(
            url,
            token,
            patience_seconds=patience_seconds,
            timeout_seconds=_SILENCE_SECONDS,
            transport=transport,
        )

    def close(self) -> None:
        """Close the connections."""
        self._server.close()

    def messages(
        self, after: str | None = None, *, types: Sequence[str] = (), client: str | None = None
    ) -> Iterator[Message]:
        """What comes after a cursor, from now on without one, each once.

        Keep `cursor` with what the event changes, and give it as `after` when you start again.
        Raises `CursorExpired` and `LogReset`, each with the place to go on from.
        """
        asked = {"types": ",".join(types), "client": client or ""}
        params = {key: value for key, value in asked.items() if value}
        # A place to come back to, should the stream break before it tells its first.
        after = after or self._now()
        patience = self._server.patience()
        while True:
            try:
                for message in self._joined(after, params):
                    after, patience = message.cursor, self._server.patience()
                    yield message
            except ClienteleError as error:
                patience.pause_or_raise(error)

    def _now(self) -> str:
        return str(self._server.request("GET", "/v1/events", params={"limit": 1}).json()["head"])

    def _joined(self, after: str, params: dict[str, str]) -> Iterator[Message]:
        """One connection until it ends, which raises `Unreachable`."""
        try:
            with self._server.http.stream(
                "GET", _PATH, params=params, headers={"Last-Event-ID": after}
            ) as answer:
                if not answer.is_success:
                    answer.read()
                    raise refusal_of(answer)
                yield from messages_in(answer.iter_bytes())
        except httpx.TransportError as error:
            raise Unreachable(f"{_PATH}: {error!r}") from error
        raise Unreachable(f"{_PATH}: it has ended")

    def events(
        self,
        after: str | None = None,
        *,
        types: Sequence[str] = (),
        client: str | None = None,
        cursor: CursorStore | None = None,
    ) -> Iterator[Event]:
        """The events alone. With `cursor` it goes on from the place kept there, and keeps its
        place after each event, once the caller asks for the next."""
        start = (cursor.load() if cursor else None) or after
        for message in self.messages(start, types=types, client=client):
            if message.event is not None:
                yield message.event
            if cursor:
                cursor.save(message.cursor)


@dataclass(slots=True)
class _Frame:
    """The lines of one message so far."""

    cursor: str = ""
    data: list[str] = field(default_factory=list)

    def take(self, line: str) -> None:
        """Note what a line says; comments and other fields say nothing here."""
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if name == "id":
            self.cursor = value
        elif name == "data":
            self.data.append(value)

    def message(self) -> Message:
        """What the lines come to."""
        return Message(self.cursor, json.loads("\n".join(self.data)) if self.data else None)


def messages_in(pieces: Iterable[bytes]) -> Iterator[Message]:
    """The whole messages in a stream's bytes; a last one that is cut off does not count."""
    frame = _Frame()
    for line in _lines(pieces):
        if line:
            frame.take(line)
            continue
        if frame.cursor:
            yield frame.message()
        frame = _Frame()


def _lines(pieces: Iterable[bytes]) -> Iterator[str]:
    """Lines end with a line feed alone: texts may hold what else Unicode takes for an end."""
    rest = b""
    for piece in pieces:
        *whole, rest = (rest + piece).split(b"\n")
        for line in whole:
            yield line.removesuffix(b"\r").decode()
