"""The cursor feed: every event of a workspace, page by page, each once."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import httpx

from clientele_client.cursors import CursorStore
from clientele_client.errors import Invalid
from clientele_client.transport import Transport
from clientele_client.types import Event

_PATH = "/v1/events"
#: Between two looks at the end of the feed, where the server does not hold a request open.
_LOOK_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Page:
    """Some events, where to go on after them, and where the feed ends. A page may be empty and
    move on all the same: what was there is not for this reader."""

    events: list[Event]
    next: str
    head: str

    @property
    def is_last(self) -> bool:
        """Whether nothing is known to come after it."""
        return self.next == self.head


class Feed:
    """The feed of the workspace that the token belongs to.

    A server that does not answer is asked again, for ever unless `patience_seconds` says
    otherwise. `wait_seconds` is how long it may hold a request at the end of the feed until there
    is something to tell (30 at most); with 0 the end is looked at every second.
    """

    def __init__(
        self,
        url: str,
        token: str,
        *,
        wait_seconds: int = 20,
        patience_seconds: float | None = None,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self._server = Transport(
            url,
            token,
            patience_seconds=patience_seconds,
            timeout_seconds=wait_seconds + 15,
            transport=transport,
        )
        self._wait_seconds = wait_seconds

    def close(self) -> None:
        """Close the connections."""
        self._server.close()

    def page(
        self,
        after: str | None = None,
        *,
        types: Sequence[str] = (),
        client: str | None = None,
        limit: int = 100,
        wait_seconds: int = 0,
    ) -> Page:
        """The page after a cursor, from the beginning of what is kept without one.

        Raises `CursorExpired` and `LogReset`, each with the place to go on from.
        """
        asked = {"after": after, "types": ",".join(types), "client": client, "limit": limit}
        wait = {"wait": wait_seconds} if wait_seconds else {}
        found = self._server.request("GET", _PATH, params=_told({**asked, **wait})).json()
        return Page(found["events"], found["next"], found["head"])

    def pages(
        self,
        after: str | None = None,
        *,
        types: Sequence[str] = (),
        client: str | None = None,
        limit: int = 100,
        follow: bool = True,
    ) -> Iterator[Page]:
        """One page after the other, for ever, or to the end with `follow=False`.

        Whoever keeps `page.next` in the transaction of what a page changes misses nothing and
        repeats nothing.
        """
        while True:
            page = self._next(after, {"types": types, "client": client, "limit": limit}, follow)
            if page.events or page.next != after:
                yield page
            if page.is_last and not follow:
                return
            after = page.next

    def _next(self, after: str | None, wanted: Mapping[str, Any], follow: bool) -> Page:
        wait = self._wait_seconds if follow else 0
        try:
            page = self.page(after, **wanted, wait_seconds=wait)
        except Invalid as error:
            if not wait or {each.field for each in error.errors} != {"wait"}:
                raise
            # An older server answers at once; from now on it is not asked to wait.
            wait = self._wait_seconds = 0
            page = self.page(after, **wanted)
        if follow and not wait and page.is_last and not page.events:
            time.sleep(_LOOK_SECONDS)
        return page

    def events(
        self,
        after: str | None = None,
        *,
        types: Sequence[str] = (),
        client: str | None = None,
        cursor: CursorStore | None = None,
        limit: int = 100,
        follow: bool = True,
    ) -> Iterator[Event]:
        """One event after the other, as `pages` has them.

        With `cursor` it goes on from the place kept there, `after` being for the first time, and
        keeps its place after each page, once the caller asks for what comes next. A crash within a
        page repeats that page, so drop an `id` that you have handled already.
        """
        start = (cursor.load() if cursor else None) or after
        for page in self.pages(start, types=types, client=client, limit=limit, follow=follow):
            yield from page.events
            if cursor:
                cursor.save(page.next)


def _told(asked: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in asked.items() if value not in {None, ""}}
