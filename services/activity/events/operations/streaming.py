"""Streaming: what a follower is told as it happens, from its place on."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

from services.activity.events.errors import ClientErased
from services.activity.events.operations.following import Follower
from services.activity.events.operations.tail import Room, StreamEvent, Tail, news_of
from services.activity.events.queries import feed, timeline
from services.activity.events.rules import frames
from services.activity.events.rules.cursors import Place
from shared.messaging.outbox import Origin
from shared.runtime import Runtime
from shared.unit_of_work import UnitOfWork

T = TypeVar("T")

#: What is on its way to one reader at most, but for a single larger event.
MOST_BYTES: Final = 65_536
_CATCH_UP: Final = 100
_MERGED: Final = "clients.client.merged.v1"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a stream begins with: who follows what, from which place; `head` ended the feed then.

    `clients` are all ids of the one client that is asked for; None: of every client.
    """

    follower: Follower
    head: Place
    pos: int
    client: uuid.UUID | None
    clients: Sequence[uuid.UUID] | None


class Stream:
    """One stream; `frames` is what it sends until the feed begins anew or the client is erased."""

    def __init__(self, runtime: Runtime, tail: Tail, wanted: Wanted, heartbeat: float) -> None:
        self._runtime = runtime
        self._tail = tail
        self._wanted = wanted
        self._heartbeat = heartbeat
        self._epoch, self._pos = wanted.head.epoch, wanted.pos
        self._clients = wanted.clients

    async def frames(self) -> AsyncIterator[bytes]:
        """Pieces of the stream; while one is being sent, nothing is gathered for the next."""
        yield frames.RETRY
        with self._tail.joined(self._wanted.follower.workspace_id, self._wanted.head) as room:
            due = time.monotonic() + self._heartbeat
            while room.head.epoch == self._epoch:
                piece = await self._next_piece(room)
                if piece is None:
                    return
                if not piece and time.monotonic() >= due:
                    piece = frames.heartbeat(self._cursor())
                if piece:
                    yield piece
                    due = time.monotonic() + self._heartbeat
                elif self._pos >= room.head.pos:
                    await news_of(room, due - time.monotonic())

    def _cursor(self) -> str:
        return self._wanted.follower.cursor(Place(self._epoch, self._pos))

    async def _next_piece(self, room: Room) -> bytes | None:
        """What comes next, nothing if there is nothing for now; None: no more, ever."""
        newer = room.after(self._pos)
        if newer is None:
            newer = await self._catch_up(room.head)
        else:
            newer = self._some_of(newer, room.head.pos)
        if self._clients is not None and any(each.type == _MERGED for each in newer):
            try:
                self._clients = await self._in_thread(self._ids)
            except ClientErased:
                return None
        types, clients = self._wanted.follower.types, self._clients
        ids = None if clients is None else {str(each) for each in clients}
        return b"".join(
            each.frame
            for each in newer
            if each.type in types and (ids is None or each.client_id in ids)
        )

    def _some_of(self, newer: list[StreamEvent], head: int) -> list[StreamEvent]:
        """As much of it as is sent at once."""
        size = 0
        for count, each in enumerate(newer, 1):
            size += len(each.frame)
            if size >= MOST_BYTES and count < len(newer):
                self._pos = each.pos
                return newer[:count]
        self._pos = max(self._pos, head)
        return newer

    async def _catch_up(self, head: Place) -> list[StreamEvent]:
        page = await self._in_thread(lambda uow: self._read(uow, head.pos))
        self._pos = page.upto
        workspace, at = self._wanted.follower.workspace_id, time.monotonic()
        return [self._tail.framed(workspace, head, each, at) for each in page.events]

    def _read(self, uow: UnitOfWork, upto: int) -> feed.FeedPage:
        follower, clients = self._wanted.follower, self._clients
        types = follower.types if clients is None else {*follower.types, _MERGED}
        return feed.read(
            uow.connection, follower.workspace_id, self._pos, upto, types, _CATCH_UP,
            clients=clients, most_bytes=MOST_BYTES,
        )  # fmt: skip

    def _ids(self, uow: UnitOfWork) -> list[uuid.UUID]:
        assert self._wanted.client is not None
        return timeline.ids_of(uow.session, self._wanted.client)

    async def _in_thread(self, work: Callable[[UnitOfWork], T]) -> T:
        return await asyncio.to_thread(within, self._runtime, self._origin, work)

    @property
    def _origin(self) -> Origin:
        return self._runtime.own_origin(self._wanted.follower.workspace_id)


def within(runtime: Runtime, origin: Origin, work: Callable[[UnitOfWork], T]) -> T:
    """What the work finds in a transaction of its own."""
    with runtime.unit_of_work(origin) as uow:
        return work(uow)
