"""The feed as it happens: server-sent events (WHATWG HTML, section 9.2)."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from clientele_client.cursors import Cursor
from clientele_client.feed import PATH, Feed, Types
from clientele_client.shapes import Event
from clientele_client.transport import Params, Transport


@dataclass(frozen=True, slots=True)
class Message:
    """What a stream has said: an event, or None as a sign of life; and the cursor after it."""

    event: Event | None
    cursor: str


class Stream:
    """The events of a workspace as they happen, each once, however often the stream breaks off.

    It counts as broken off when nothing was heard for `silence` seconds; a stream without events
    gives a sign of life every 15. `patience` is as for `Feed`.
    """

    def __init__(
        self, url: str, token: str, *, patience: float | None = None, silence: float = 45.0
    ) -> None:
        self._feed = Feed(url, token, patience=patience)
        self._transport = Transport(url, token, patience=patience)
        self._silence = silence
        self._retry_seconds = 3.0

    def close(self) -> None:
        """Give the connections back."""
        self._transport.close()
        self._feed.close()

    def events(
        self,
        after: str | None = None,
        *,
        cursor: Cursor | None = None,
        types: Types | None = None,
        client: str | None = None,
    ) -> Iterator[Event]:
        """Event after event for ever, from a cursor on, from now on without one.

        A `cursor` that has been saved goes before `after`; it is saved when the next event is
        asked for, so after the caller has done with this one.
        """
        after = (cursor.load() if cursor else None) or after
        for message in self.messages(after, types=types, client=client):
            if message.event is not None:
                yield message.event
            if cursor:
                cursor.save(message.cursor)

    def messages(
        self,
        after: str | None = None,
        *,
        types: Types | None = None,
        client: str | None = None,
    ) -> Iterator[Message]:
        """The same with the cursor after each event, and with the signs of life between them."""
        # A place is fixed before anything is heard, so that nothing is missed if that takes long.
        after = after or self._feed.head()
        params = {"types": types, "client": client}
        backoff = self._transport.backoff()
        while True:
            with backoff.attempt(f"{PATH}/stream"):
                for message in self._one_connection(after, params):
                    yield message
                    after = message.cursor
                    backoff.begin_again()
                time.sleep(self._retry_seconds)

    def _one_connection(self, after: str, params: Params) -> Iterator[Message]:
        headers = {"Last-Event-ID": after, "Accept": "text/event-stream"}
        with self._transport.open(f"{PATH}/stream", params, headers, self._silence) as answer:
            for fields in blocks(answer.iter_lines()):
                if "retry" in fields:
                    self._retry_seconds = int(fields["retry"]) / 1000
                if "id" in fields:
                    event = json.loads(fields["data"]) if "data" in fields else None
                    yield Message(event, fields["id"])


def blocks(lines: Iterable[str]) -> Iterator[dict[str, str]]:
    """The fields of each block; one that broke off before its blank line is dropped."""
    fields: dict[str, str] = {}
    for line in lines:
        name, _, value = line.partition(":")
        if not line:
            yield fields
            fields = {}
        elif name:
            text = value.removeprefix(" ")
            fields[name] = f"{fields['data']}\n{text}" if name == "data" in fields else text
