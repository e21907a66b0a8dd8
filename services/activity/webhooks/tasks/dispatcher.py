"""The dispatcher: looks for webhooks that have something to do, and serves them side by side.

Everything it knows stands in PostgreSQL; several may run, on several machines. Of webhooks that
receive slowly or never, each holds up itself alone.
"""

from __future__ import annotations

import asyncio
import os
import random
import signal
import socket
import time
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from functools import partial
from typing import TypeVar, cast

from sqlalchemy.exc import SQLAlchemyError

from services.activity.settings import ActivitySettings
from services.activity.webhooks import queries
from services.activity.webhooks.operations.handing_out import HandedOut
from services.activity.webhooks.operations.turns import Brought, Taker, Turn, take_turn
from services.activity.webhooks.rules.answers import Attempt
from services.activity.webhooks.rules.signing import sign
from services.activity.webhooks.tasks.purging import purge
from services.activity.webhooks.tasks.sending import Sender
from services.activity.webhooks.tasks.serving import Serving
from shared.clock import now
from shared.logging import get_logger
from shared.progress import note_progress
from shared.runtime import Runtime

T = TypeVar("T")

_log = get_logger(__name__)

POLL_SECONDS = 0.1
#: Once nothing was due for a while, as where nobody has webhooks, it looks less often.
IDLE_POLL_SECONDS = 0.4
IDLE_AFTER_SECONDS = 10.0
OUTAGE_SECONDS = 1.0
#: Webhooks served at once; a turn takes milliseconds, so this bounds posts, not turns.
MOST_SERVED = 200
#: Turns taken at once, each on a connection.
_THREADS = 4
PURGE_SECONDS = 3600.0
#: How long the delivery log goes back.
DELIVERIES_KEPT = timedelta(days=30)


class Dispatcher:
    """One dispatcher. `clock` says when retries are due and what signatures are dated."""

    def __init__(
        self,
        runtime: Runtime,
        sender: Sender,
        *,
        clock: Callable[[], datetime] = now,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._runtime = runtime
        self._sender = sender
        self._clock = clock
        self._chance = chance
        self._owner = f"{socket.gethostname()}:{os.getpid()}:{uuid.uuid4().hex[:8]}"
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="turns")
        self._served: dict[uuid.UUID, asyncio.Task[None]] = {}
        self._stop = asyncio.Event()
        self._purge_at = 0.0

    def stop(self) -> None:
        """Begin nothing more; `run` ends once what is under way is noted."""
        self._stop.set()

    async def run(self) -> None:
        """Look and serve until `stop`."""
        idle_at = 0.0
        while not self._stop.is_set():
            try:
                if await self._look():
                    idle_at = time.monotonic() + IDLE_AFTER_SECONDS
                await self._purge_sometimes()
                note_progress()
                pause = POLL_SECONDS if time.monotonic() < idle_at else IDLE_POLL_SECONDS
            except Exception as error:  # The database keeps everything; look again.
                _log.warning("cannot look", error=str(error).partition("\n")[0])
                pause = OUTAGE_SECONDS
            await self._sleep(pause)
        await self._finish()

    async def drain(self) -> None:
        """Serve until nothing is due."""
        while await self._look() or self._served:
            await asyncio.wait(self._served.values(), return_when=asyncio.FIRST_COMPLETED)

    async def _look(self) -> int:
        """Begin to serve what is due; how many webhooks that were."""
        free = MOST_SERVED - len(self._served)
        if free <= 0:
            return 0
        find = partial(queries.due_webhooks, moment=self._clock())
        due = await self._in_thread(lambda: self._runtime.across_workspaces(find))
        fresh = [(whose, which) for whose, which in due if which not in self._served][:free]
        for workspace_id, webhook_id in fresh:
            serving = asyncio.create_task(self._serve(workspace_id, webhook_id))
            self._served[webhook_id] = serving
            serving.add_done_callback(partial(self._served_out, webhook_id))
        return len(fresh)

    def _served_out(self, webhook_id: uuid.UUID, _: asyncio.Task[None]) -> None:
        del self._served[webhook_id]

    async def _serve(self, workspace_id: uuid.UUID, webhook_id: uuid.UUID) -> None:
        take = partial(self._turn, workspace_id, webhook_id)
        try:
            await Serving(take, self._post, self._stop).run()
        except Exception as error:  # Its lease ends, and whoever looks next goes on.
            _log.exception("webhook left", webhook=str(webhook_id), error=str(error))

    async def _turn(
        self, workspace_id: uuid.UUID, webhook_id: uuid.UUID, brought: Brought
    ) -> Turn | None:
        """Take a turn, however long the database takes to come: results are not forgotten."""
        while True:
            work = partial(self._turn_in_thread, workspace_id, webhook_id, brought)
            try:
                return await self._in_thread(work)
            except SQLAlchemyError as error:
                if self._stop.is_set():
                    raise
                _log.warning("no turn", error=str(error).partition("\n")[0])
            await self._sleep(OUTAGE_SECONDS)

    def _turn_in_thread(
        self, workspace_id: uuid.UUID, webhook_id: uuid.UUID, brought: Brought
    ) -> Turn | None:
        taker = Taker(self._owner, self._clock(), self._chance)
        with self._runtime.unit_of_work(self._runtime.own_origin(workspace_id)) as uow:
            return take_turn(uow, webhook_id, taker, brought)

    async def _post(self, turn: Turn, delivery: HandedOut) -> Attempt:
        headers = sign(turn.secrets, delivery.message_id, self._clock(), delivery.body)
        return await self._sender.post(turn.url, headers, delivery.body)

    async def _purge_sometimes(self) -> None:
        if time.monotonic() >= self._purge_at:
            self._purge_at = time.monotonic() + PURGE_SECONDS
            before = self._clock() - DELIVERIES_KEPT
            await self._in_thread(partial(purge, self._runtime, before))

    async def _in_thread(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, work)

    async def _sleep(self, seconds: float) -> None:
        try:
            await asyncio.wait_for(self._stop.wait(), seconds)
        except TimeoutError:
            return

    async def _finish(self) -> None:
        await asyncio.gather(*self._served.values(), return_exceptions=True)
        self._threads.shutdown()


def dispatch(runtime: Runtime) -> None:
    """Be a dispatcher until SIGTERM or SIGINT; posts that are under way then are finished."""
    asyncio.run(_dispatch(runtime))


async def _dispatch(runtime: Runtime) -> None:
    settings = cast(ActivitySettings, runtime.settings)
    async with Sender(settings.webhook_networks) as sender:
        dispatcher = Dispatcher(runtime, sender)
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, dispatcher.stop)
        await dispatcher.run()
