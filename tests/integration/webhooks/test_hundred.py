"""A hundred receivers, five of them in trouble: the others do not notice."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Sequence
from typing import Any

from services.activity.webhooks.tasks.dispatcher import Dispatcher
from services.activity.webhooks.tasks.sending import Sender
from shared.ids import uuid7
from tests.fixtures.sink import Received, Reply, Sink
from tests.fixtures.waiting import eventually
from tests.integration.webhooks.conftest import Office

_GOOD = tuple(f"/good/{number}" for number in range(95))
_BAD = ("/hangs", "/fails", "/gone", "/leads-inside", "/rebinds")
_ROUNDS = 6
_NAME = "rebinds.example.test"


class _Names:
    """A name that means another address each second time it is asked for."""

    def __init__(self) -> None:
        self.asked = 0

    def __call__(self, host: str, port: int) -> Sequence[str]:
        if host != _NAME:
            return [host]
        self.asked += 1
        return ["127.0.0.1"] if self.asked % 2 else ["10.0.0.1"]


def _decide(got: Received) -> Reply:
    match got.path:
        case "/hangs":
            return Reply(silence=30)
        case "/fails":
            return Reply(500)
        case "/gone":
            return Reply(410)
        case "/leads-inside":
            return Reply(302, {"Location": "http://169.254.169.254/latest/meta-data"})
        case "/rebinds":
            return Reply(headers={"Connection": "close"})
    return Reply()


class _Dispatching:
    """A dispatcher in a thread, as its process runs it."""

    def __init__(self, office: Office, names: _Names) -> None:
        self._office = office
        self._names = names
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()))
        self._started = threading.Event()

    async def _run(self) -> None:
        networks = self._office.runtime.settings.webhook_networks  # type: ignore[attr-defined]
        clock = self._office.clock
        async with Sender(networks, resolve=self._names, clock=clock, total_seconds=4) as sender:
            self._loop = asyncio.get_running_loop()
            self._dispatcher = Dispatcher(self._office.runtime, sender, clock=clock)
            self._started.set()
            await self._dispatcher.run()

    def __enter__(self) -> None:
        self._thread.start()
        self._started.wait()

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._dispatcher.stop)
        self._thread.join(30)


def test_ninety_five_of_a_hundred_do_not_notice_the_five_in_trouble(
    office: Office, sink: Sink
) -> None:
    webhooks = {path: office.add(sink.url(path)) for path in (*_GOOD, *_BAD)}
    named = sink.url("/rebinds", host=_NAME)
    office.database.execute(
        "UPDATE webhooks SET url = %s WHERE id = %s", (named, webhooks["/rebinds"]["id"])
    )
    client = uuid7()
    told: list[str] = []
    with _Dispatching(office, _Names()):
        _pause_all(office, webhooks, _BAD)
        alone = _p95(office, sink, client, told)
        for path in _BAD:
            office.ok("POST", f"/{webhooks[path]['id']}/resume")
        sink.decide = _decide
        beside = _p95(office, sink, client, told)
        _say(f"p95 alone {alone:.3f} s, beside five in trouble {beside:.3f} s")
        assert beside < 3 * alone + 0.2
        sink.decide = lambda _: Reply()
        eventually("all is told", lambda: _arrived_later(office, sink, told), 90, every=0.5)
    for path in (*_GOOD, "/hangs", "/fails", "/leads-inside", "/rebinds"):
        first_time = list(dict.fromkeys(sink.ids(path)))
        assert first_time == told, path
    assert sink.ids("/gone") == told[:1]
    assert office.webhook(webhooks["/gone"])["disabled_because"] == "gone"
    _say(f"sent twice: { {path: sink.duplicates(path) for path in _BAD} }")
    assert all(sink.duplicates(path) == 0 for path in _GOOD)


def _say(figures: str) -> None:
    print(figures)  # noqa: T201  # For whoever reads the run.


def _pause_all(office: Office, webhooks: dict[str, Any], paths: Sequence[str]) -> None:
    for path in paths:
        office.ok("POST", f"/{webhooks[path]['id']}/pause")


def _arrived_later(office: Office, sink: Sink, told: list[str]) -> bool:
    """Whether those that were in trouble have everything; if not, time passes."""
    office.clock.move(hours=2)
    paths = ("/hangs", "/fails", "/leads-inside", "/rebinds")
    return all(set(told) <= set(sink.ids(path)) for path in paths)


def _p95(office: Office, sink: Sink, client: Any, told: list[str]) -> float:
    """Seconds from the event to its arrival, of all good receivers over some rounds."""
    waits: list[float] = []
    for _ in range(_ROUNDS):
        began = time.monotonic()
        event_id = office.tell(client)
        told.append(event_id)

        def here(event_id: str = event_id) -> list[Received]:
            return [
                each
                for each in list(sink.received)
                if each.message_id == event_id and each.path in _GOOD
            ]

        eventually("it is told", lambda here=here: len(here()) == len(_GOOD))
        waits += [each.at - began for each in here()]
    return sorted(waits)[int(0.95 * len(waits))]
