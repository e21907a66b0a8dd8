"""A stream is read while what it comes through is killed: it is taken up again without a miss."""

from __future__ import annotations

import contextlib
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from services.clients.gateway.streaming import RECHECK_SECONDS
from tests.chaos.ledger import Ledger
from tests.fixtures.streams import STREAM, Reader, reading
from tests.fixtures.system import System, database_away
from tests.fixtures.waiting import eventually


class Follower:
    """Reads a workspace's stream, and comes back with the last id whenever it breaks off."""

    def __init__(self, ledger: Ledger, system: System) -> None:
        self._ledger = ledger
        self._system = system
        self._is_over = threading.Event()
        self._stream: Reader | None = None
        self.events: list[dict[str, Any]] = []
        self.times_back = -1

    @contextlib.contextmanager
    def following(self) -> Iterator[None]:
        """Follow from the beginning of the feed until the block ends."""
        headers = {"Authorization": f"Bearer {self._ledger.token}"}
        api = self._system.stack["api"]
        with httpx.Client(base_url=api, headers=headers, timeout=20) as http:
            last_id = http.get("/v1/events", params={"limit": 1}).json()["next"]
            thread = threading.Thread(target=self._follow, args=(http, last_id), daemon=True)
            thread.start()
            try:
                yield
            finally:
                self._is_over.set()
                eventually("it has hung up", lambda: self._has_hung_up(thread), 20)

    def _has_hung_up(self, thread: threading.Thread) -> bool:
        if self._stream:
            self._stream.hang_up()
        thread.join(0.1)
        return not thread.is_alive()

    def _follow(self, http: httpx.Client, last_id: str) -> None:
        while not self._is_over.is_set():
            with (
                contextlib.suppress(httpx.HTTPError, AssertionError),
                reading(http, last_id) as stream,
            ):
                self.times_back += 1
                self._stream = stream
                try:
                    for event in stream.events():
                        self.events.append(event)
                finally:
                    last_id = stream.last_id or last_id
            self._is_over.wait(0.2)

    def has_all(self) -> bool:
        """Whether it has as many of the ledger's events as were accepted."""
        return len(self._counted()) >= sum(self._ledger.accepted.values())

    def check(self) -> None:
        """Every accepted write once, and each client's in order."""
        counted = Counter(event["type"] for event in self._of_the_ledger())
        assert counted == self._ledger.accepted
        latest: dict[str, int] = {}
        for event in self._of_the_ledger():
            assert event["aggregateversion"] > latest.get(event["subject"], 0), "out of order"
            latest[event["subject"]] = event["aggregateversion"]

    def _of_the_ledger(self) -> list[dict[str, Any]]:
        return [event for event in self.events if event["type"] in self._ledger.accepted]

    def _counted(self) -> set[str]:
        return {event["id"] for event in self._of_the_ledger()}


@pytest.mark.parametrize(
    "hurt",
    [
        lambda system: system.kill_and_wait("activity-api"),
        lambda system: system.kill_and_wait("clients-api"),
    ],
    ids=["the activity API is killed", "the façade is killed"],
)
def test_a_stream_is_taken_up_again_without_a_miss(
    system: System, ledger: Ledger, hurt: Callable[[System], None]
) -> None:
    ledger.run(0.5)
    follower = Follower(ledger, system)
    with follower.following():
        ledger.start()
        for _ in range(2):
            eventually("it follows", lambda: bool(follower.events), 20)
            hurt(system)
        ledger.stop()
        ledger.settle()
        eventually("all of it was told", follower.has_all, 30)
    follower.check()


def test_a_stream_goes_on_while_nobody_can_say_who_its_caller_is(
    system: System, ledger: Ledger
) -> None:
    """The database that knows the tokens is away, for less than a caller is trusted."""
    ledger.run(0.5)
    follower = Follower(ledger, system)
    with follower.following():
        eventually("it follows", follower.has_all, 20)
        with database_away(system, "clients"):
            eventually("the token is not known any more", lambda: _status(system, ledger) == 503)
            time.sleep(2 * RECHECK_SECONDS)  # It is asked for, and nobody can say.
        ledger.run(1.0)
        ledger.settle()
        eventually("all of it was told", follower.has_all, 30)
    assert follower.times_back == 0, "the stream broke off"
    follower.check()


def _status(system: System, ledger: Ledger) -> int:
    """How another stream of the same caller begins; it is not read, for it has no end."""
    headers = {"Authorization": f"Bearer {ledger.token}"}
    with httpx.stream("GET", f"{system.stack['api']}{STREAM}", headers=headers, timeout=20) as it:
        return it.status_code


def test_15_a_stream_goes_on_while_redis_is_away(system: System, ledger: Ledger) -> None:
    ledger.run(0.5)
    follower = Follower(ledger, system)
    with follower.following():
        system.broker.kill()
        try:
            ledger.run(2.0)
            eventually("all of it was told without Redis", follower.has_all, 40)
        finally:
            system.broker.restart()
        assert follower.times_back == 0, "the stream broke off"
        ledger.settle()
    follower.check()
