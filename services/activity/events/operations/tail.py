"""The tail: the end of the feed as one process knows it, read once for all who follow.

It looks where the feed ends as long as anyone follows, reads what is new in their workspaces,
and wakes them. Each keeps its own place and takes what comes after it: from here while the tail
reaches back so far, else from the database. So a slow one costs no more memory than a quick one.
"""

from __future__ import annotations

import asyncio
import time
import uuid
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Final

from services.activity.events.queries import feed, news
from services.activity.events.rules import cursors, frames
from services.activity.events.rules.cursors import Place
from shared.contracts import catalogue
from shared.db.engine import autocommitting
from shared.logging import get_logger
from shared.runtime import Runtime

_log = get_logger(__name__)

#: How often the feed's end is looked at: at first, and more and more seldom while nothing comes.
POLL_SECONDS: Final = 0.05
SLOWEST_SECONDS: Final = 0.2
OUTAGE_SECONDS: Final = 1.0
#: What one look reads, but for a page more.
READ_BYTES: Final = 16_777_216
#: What is kept of the newest events of all workspaces and of one of them, and for how long: an
#: erased client is in it no longer than that.
KEPT_BYTES: Final = 67_108_864
KEPT_OF_ONE: Final = 4_194_304
KEPT_SECONDS: Final = 5.0
_PAGE: Final = 500


@dataclass(frozen=True, slots=True)
class StreamEvent:
    """An event as streams tell it."""

    pos: int
    type: str
    client_id: str | None
    frame: bytes
    known_at: float


@dataclass(slots=True)
class Room:
    """The newest events of one workspace: all that stand after `floor`, up to `head`."""

    floor: Place
    head: Place
    followers: int = 0
    recent: deque[StreamEvent] = field(default_factory=deque)
    size: int = 0
    news: asyncio.Event = field(default_factory=asyncio.Event)

    def after(self, pos: int) -> list[StreamEvent] | None:
        """What comes after a place; None: it lies further back than is known here."""
        if pos < self.floor.pos:
            return None
        newer = []
        for event in reversed(self.recent):
            if event.pos <= pos:
                break
            newer.append(event)
        return newer[::-1]

    def append(self, newest: list[StreamEvent], head: Place) -> None:
        """Take in what is new, and wake whoever waits for it."""
        if head.epoch != self.head.epoch:
            self.recent.clear()
            self.size, self.floor = 0, head
        self.recent.extend(newest)
        self.size += sum(len(each.frame) for each in newest)
        self.head = head
        self.wake()

    def wake(self) -> None:
        """Let whoever waits look again."""
        waited, self.news = self.news, asyncio.Event()
        waited.set()

    def forget(self, before: float, most_bytes: int) -> None:
        """Keep only what became known since, and not more than that of it."""
        while self.recent and (self.size > most_bytes or self.recent[0].known_at < before):
            gone = self.recent.popleft()
            self.size -= len(gone.frame)
            self.floor = Place(self.floor.epoch, gone.pos)


@dataclass(slots=True)
class _Found:
    """What one look has found: where the feed ends, and the new events by workspace."""

    head: Place
    events: dict[uuid.UUID, tuple[list[StreamEvent], int]]

    @property
    def is_behind(self) -> bool:
        """Whether a workspace has more than one look reads."""
        return any(upto < self.head.pos for _, upto in self.events.values())


class Tail:
    """The end of the feed, for all who follow it in this process; used from its loop alone."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._rooms: dict[uuid.UUID, Room] = {}
        self._looking: asyncio.Task[None] | None = None

    @contextmanager
    def joined(self, workspace_id: uuid.UUID, head: Place) -> Iterator[Room]:
        """Follow a workspace during the block; `head` is where the feed ended a moment ago."""
        room = self._rooms.setdefault(workspace_id, Room(head, head))
        room.followers += 1
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._look())
        try:
            yield room
        finally:
            room.followers -= 1
            if not room.followers:
                del self._rooms[workspace_id]

    async def _look(self) -> None:
        pause = POLL_SECONDS
        while self._rooms:
            await asyncio.sleep(pause + await _congestion())
            known = {workspace_id: room.head for workspace_id, room in self._rooms.items()}
            try:
                found = await asyncio.to_thread(self._read, known)
            except Exception as error:  # The database keeps everything; look again.
                _log.warning("cannot look for news", error=str(error).partition("\n")[0])
                pause = OUTAGE_SECONDS
                continue
            self._take_in(known, found)
            pause = _next_pause(pause, found)

    def _take_in(self, known: dict[uuid.UUID, Place], found: _Found) -> None:
        before = time.monotonic() - KEPT_SECONDS
        share = min(KEPT_OF_ONE, KEPT_BYTES // max(1, len(self._rooms)))
        for workspace_id in known.keys() & self._rooms.keys():
            room = self._rooms[workspace_id]
            if room.head != known[workspace_id]:
                continue  # It was left and joined anew meanwhile.
            events, upto = found.events.get(workspace_id, ([], found.head.pos))
            head = Place(found.head.epoch, upto)
            if events or head.epoch != room.head.epoch:
                room.append(events, head)
            room.head = head
            room.forget(before, share)

    def _read(self, known: dict[uuid.UUID, Place]) -> _Found:
        """One look, in a thread."""
        with autocommitting(self._runtime.pipe_engine).connect() as connection:
            head = feed.bounds(connection).head
            behind = {
                each: place.pos
                for each, place in known.items()
                if place.epoch == head.epoch and place.pos < head.pos
            }
            if not behind:
                return _Found(head, {})
            moved = news.moved(connection, behind, min(behind.values()), head.pos)
        return _Found(head, self._read_some({each: behind[each] for each in moved}, head))

    def _read_some(
        self, behind: dict[uuid.UUID, int], head: Place
    ) -> dict[uuid.UUID, tuple[list[StreamEvent], int]]:
        """What is new in these workspaces, in those furthest behind first; where that is more than
        one look reads, the others stay where they are."""
        found: dict[uuid.UUID, tuple[list[StreamEvent], int]] = {}
        left = READ_BYTES
        for each, after in sorted(behind.items(), key=itemgetter(1)):
            events, upto = self._read_one(each, after, head) if left > 0 else ([], after)
            found[each] = events, upto
            left -= sum(len(event.frame) for event in events)
        return found

    def _read_one(
        self, workspace_id: uuid.UUID, after: int, head: Place
    ) -> tuple[list[StreamEvent], int]:
        with self._runtime.unit_of_work(self._runtime.own_origin(workspace_id)) as uow:
            every = catalogue.types()
            page = feed.read(uow.connection, workspace_id, after, head.pos, every, _PAGE)
        found = time.monotonic()
        return [self.framed(workspace_id, head, each, found) for each in page.events], page.upto

    def framed(
        self, workspace_id: uuid.UUID, head: Place, placed: feed.Placed, at: float
    ) -> StreamEvent:
        """A placed event as streams tell it."""
        place = Place(head.epoch, placed.pos)
        cursor = cursors.cursor_of(self._runtime.vault, workspace_id, place)
        frame = frames.of_event(cursor, placed.type, placed.body)
        return StreamEvent(placed.pos, placed.type, placed.client_id, frame, at)


async def news_of(room: Room, seconds: float) -> bool:
    """Wait for something new in a workspace, for so long at most; whether it came."""
    try:
        async with asyncio.timeout(seconds):
            await room.news.wait()
    except TimeoutError:
        return False
    return True


async def _congestion() -> float:
    """How long this loop is busy with what it has to do already: under load readers are woken
    less often, and told more at once."""
    begun = time.monotonic()
    for _ in range(2):
        await asyncio.sleep(0)
    return time.monotonic() - begun


def _next_pause(pause: float, found: _Found) -> float:
    if found.is_behind:
        return 0.0
    return POLL_SECONDS if found.events else min(SLOWEST_SECONDS, max(pause, POLL_SECONDS) * 1.2)
