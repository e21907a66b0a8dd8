"""Serving one webhook: turn by turn, for as long as there is something to send.

Several posts are under way at once; to a webhook that wants order, one per client. Turns are
taken meanwhile, so that no post waits for the database.
"""

from __future__ import annotations

import asyncio
import contextlib
import uuid
from collections import deque
from collections.abc import Awaitable, Callable, Collection, Iterable
from dataclasses import dataclass, field

from services.activity.webhooks.operations.handing_out import NO_ROOM, HandedOut, Room
from services.activity.webhooks.operations.recording import Result
from services.activity.webhooks.operations.turns import Brought, Turn
from services.activity.webhooks.rules.answers import Attempt
from shared.failpoints import failpoint

#: Posts to one webhook at once.
AT_ONCE = 8
#: Deliveries held in memory for one webhook, and their bytes: 80 MB for as many as are served.
WINDOW, WINDOW_BYTES = 200, 393_216
#: Results noted together, and how long the first of them waits for others.
TOGETHER, WAIT_SECONDS = 64, 0.05
#: A turn is taken at least so often, well within the lease.
LONGEST_SECONDS = 2.0
#: What was handed out and not sent for so long is asked for anew: its client may be gone.
FRESH_SECONDS = 5.0


TakeTurn = Callable[[Brought], Awaitable[Turn | None]]
Post = Callable[[Turn, HandedOut], Awaitable[Attempt]]


@dataclass(slots=True)
class _Chain:
    """Deliveries of which one is sent at a time, in order."""

    key: uuid.UUID
    waiting: deque[tuple[float, HandedOut]] = field(default_factory=deque)


class Serving:
    """The work at one webhook, from the first turn until there is nothing to do."""

    def __init__(self, take_turn: TakeTurn, post: Post, stop: asyncio.Event) -> None:
        self._take_turn = take_turn
        self._post = post
        self._stop = stop
        self._turn: Turn | None = None
        self._workers: list[asyncio.Task[None]] = []
        self._chains: dict[uuid.UUID, _Chain] = {}
        self._ready: asyncio.Queue[_Chain] = asyncio.Queue()
        # Handed out, and no result of it noted yet; with their bytes.
        self._held: dict[uuid.UUID, int] = {}
        self._results: list[Result] = []
        # Chains of which something was left unsent since the present turn began: what that turn
        # hands out of them comes after it.
        self._interrupted: set[uuid.UUID] = set()
        self._is_time = asyncio.Event()

    async def run(self) -> None:
        """Serve until there is nothing to do, another dispatcher is at it, or it is to stop;
        posts that are under way then are waited for and noted."""
        try:
            while await self._next_turn():
                await self._until_next_turn()
        finally:
            for worker in self._workers:
                worker.cancel()
            await asyncio.gather(*self._workers, return_exceptions=True)

    async def _next_turn(self) -> bool:
        """Bring the results, take what is new; whether to go on."""
        if self._stop.is_set():
            self._let_go_of_waiting()
        brought = self._bring()
        turn = await self._take_turn(brought)
        self._forget(each.delivery for each in brought.results)
        if turn is None:
            return False
        self._turn = turn
        if not turn.sends:
            self._let_go_of_waiting()
        for delivery in turn.deliveries:
            self._accept(turn, delivery)
        return not turn.released

    def _bring(self) -> Brought:
        noted, self._results = self._results, []
        self._interrupted = set()
        under_way = self._held.keys() - {each.delivery.id for each in noted}
        leaves = self._stop.is_set()
        room = NO_ROOM if leaves else self._room(under_way)
        return Brought(self._turn is not None, noted, under_way, room, leaves)

    def _room(self, under_way: Collection[uuid.UUID]) -> Room:
        held = sum(self._held[each] for each in under_way)
        return Room(WINDOW - len(under_way), WINDOW_BYTES - held)

    def _forget(self, deliveries: Iterable[HandedOut]) -> None:
        for delivery in deliveries:
            del self._held[delivery.id]

    def _accept(self, turn: Turn, delivery: HandedOut) -> None:
        if turn.ordered and delivery.chain in self._interrupted:
            return
        self._held[delivery.id] = len(delivery.body)
        key = delivery.chain if turn.ordered else delivery.id
        entry = (asyncio.get_running_loop().time(), delivery)
        if key in self._chains:
            self._chains[key].waiting.append(entry)
            return
        self._chains[key] = _Chain(key, deque([entry]))
        self._ready.put_nowait(self._chains[key])
        if len(self._workers) < min(AT_ONCE, len(self._chains)):
            self._workers.append(asyncio.create_task(self._work()))

    async def _until_next_turn(self) -> None:
        if self._held and not self._wants_turn():
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._is_time.wait(), LONGEST_SECONDS)
        self._is_time.clear()

    def _wants_turn(self) -> bool:
        """Whether there is enough to note, or little left to send and more to be had."""
        left = len(self._held) - len(self._results)
        may_have_more = self._turn is not None and self._turn.more and bool(self._results)
        return (
            left == 0
            or len(self._results) >= TOGETHER
            or (may_have_more and left <= WINDOW - TOGETHER)
        )

    async def _work(self) -> None:
        """Send what is ready, one at a time, for ever."""
        loop = asyncio.get_running_loop()
        while True:
            chain = await self._ready.get()
            handed_out_at, delivery = chain.waiting[0]
            if self._stop.is_set() or loop.time() - handed_out_at > FRESH_SECONDS:
                self._let_go(chain)
                continue
            chain.waiting.popleft()
            assert self._turn is not None
            attempt = await self._post(self._turn, delivery)
            failpoint("webhooks.after_post")
            self._note(chain, delivery, attempt)

    def _note(self, chain: _Chain, delivery: HandedOut, attempt: Attempt) -> None:
        result = Result(delivery, attempt)
        if not self._results:
            asyncio.get_running_loop().call_later(WAIT_SECONDS, self._is_time.set)
        self._results.append(result)
        if result.arrived and chain.waiting:
            self._ready.put_nowait(chain)
        else:
            if not result.arrived:
                self._interrupted.add(delivery.chain)
            self._let_go(chain)
        if self._wants_turn():
            self._is_time.set()

    def _let_go(self, chain: _Chain) -> None:
        """Forget a chain of which nothing is under way; a later turn hands it out anew."""
        del self._chains[chain.key]
        if chain.waiting:
            self._interrupted.add(chain.key)
            self._forget(delivery for _, delivery in chain.waiting)
            self._is_time.set()

    def _let_go_of_waiting(self) -> None:
        """Forget what is not under way, of those chains that are under way the rest."""
        while not self._ready.empty():
            self._let_go(self._ready.get_nowait())
        for chain in self._chains.values():
            self._forget(delivery for _, delivery in chain.waiting)
            chain.waiting.clear()
