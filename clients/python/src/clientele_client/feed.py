"""The feed of a workspace's events, page by page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from clientele_client.cursors import Cursor
from clientele_client.shapes import Event, FeedPage
from clientele_client.transport import Transport

PATH = "/v1/events"
Types = str | Sequence[str]


@dataclass(frozen=True, slots=True)
class Page:
    """Events in order, the cursor after them, and the cursor of the feed's end at that moment."""

    events: list[Event]
    next: str
    head: str

    @property
    def is_last(self) -> bool:
        """Whether the feed had no more to tell."""
        return self.next == self.head


class Feed:
    """The feed as the holder of a token may read it.

    Whatever fails on the way, or is answered 429 or 5xx, is asked again for `patience` seconds,
    for ever where that is None. `CursorExpired` and `LogReset` say with their `earliest` where to
    go on when the feed no longer knows a place.
    """

    def __init__(
        self, url: str, token: str, *, patience: float | None = None, timeout: float = 30.0
    ) -> None:
        self._transport = Transport(url, token, patience=patience, timeout=timeout)

    def close(self) -> None:
        """Give the connections back."""
        self._transport.close()

    def page(
        self,
        after: str | None = None,
        *,
        types: Types | None = None,
        client: str | None = None,
        limit: int = 100,
        wait: int = 0,
    ) -> Page:
        """What comes after a cursor, from the beginning without one.

        `types` are event types, or the beginnings of some with a star; `client` an id; `limit` is
        1,000 at most. At the end of the feed an answer is held back until there is something to
        tell, for `wait` seconds at most (30). A page may be empty while `next` moves on.
        """
        params = {"after": after, "types": types, "client": client, "limit": limit, "wait": wait}
        answer = self._transport.send("GET", PATH, params=params, wait=wait)
        found: FeedPage = answer.json()
        return Page(found["events"], found["next"], found["head"])

    def head(self) -> str:
        """The cursor of the feed's end: after it comes what has not happened yet."""
        return self.page(limit=1).head

    def pages(
        self,
        after: str | None = None,
        *,
        cursor: Cursor | None = None,
        types: Types | None = None,
        client: str | None = None,
        limit: int = 100,
        wait: int = 20,
    ) -> Iterator[Page]:
        """Page after page, for ever; with `wait=0` until the end of the feed.

        A `cursor` that has been saved goes before `after`. It is saved when the next page is asked
        for, so after the caller has done with this one: what it had not, it is given again.
        """
        after = (cursor.load() if cursor else None) or after
        while True:
            page = self.page(after, types=types, client=client, limit=limit, wait=wait)
            yield page
            if cursor and page.next != after:
                cursor.save(page.next)
            after = page.next
            if not wait and page.is_last:
                return

    def events(
        self,
        after: str | None = None,
        *,
        cursor: Cursor | None = None,
        types: Types | None = None,
        client: str | None = None,
        limit: int = 100,
        wait: int = 20,
    ) -> Iterator[Event]:
        """Event after event, as `pages`; the cursor is saved behind the last of each page."""
        for page in self.pages(
            after, cursor=cursor, types=types, client=client, limit=limit, wait=wait
        ):
            yield from page.events
