"""A slow consumer of the feed, killed again and again with all it depends on, misses nothing.

`CHAOS_EVENTS` says how many events it is to take.
"""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterable
from pathlib import Path

import orjson

from shared.contracts.catalogue import find
from tests.chaos import slow_consumer
from tests.chaos.ledger import Ledger
from tests.fixtures.system import System
from tests.fixtures.waiting import eventually

EVENTS = int(os.environ.get("CHAOS_EVENTS", "2000"))
_ROOT = Path(__file__).resolve().parents[2]
_KILLED = -signal.SIGKILL
# Told with every fault beside what the ledger's callers do: one by one they would take hours.
AT_ONCE = EVENTS // 50
_NOTE = "clients.note.added.v1"
_TELL = """
    INSERT INTO event_log (event_id, workspace_id, client_id, type, subject, aggregate_version,
                           actor, correlation_id, data)
    SELECT gen_random_uuid(), %(workspace)s, client, %(type)s, 'note/' || gen_random_uuid(), 1,
           '{"kind": "user", "id": "1", "name": "Jo Park"}', 'many', %(data)s
    FROM generate_series(1, %(many)s) AS again
    CROSS JOIN LATERAL (SELECT id AS client FROM clients WHERE workspace_id = %(workspace)s
                        ORDER BY id OFFSET again %% 20 LIMIT 1) AS known
"""
_SERVERS = ("activity-api", "activity-relay", "clients-relay", "clients-api")

Row = tuple[str, str | None, int]


class Consumer:
    """The downstream system as its operator sees it: a process, and a database that remains."""

    def __init__(self, system: System, token: str, folder: Path, dice: random.Random) -> None:
        self._system, self._token, self._dice = system, token, dice
        self._file = folder / "consumer.db"
        self._process: subprocess.Popen[bytes] | None = None
        self.lives = 0

    def start(self, wait: int = 5) -> subprocess.Popen[bytes]:
        """Begin its next life."""
        seed = str(self._dice.randrange(10**6))
        self._process = subprocess.Popen(
            [sys.executable, "-m", slow_consumer.__name__, self._system.stack["api"],
             self._token, str(self._file), seed, str(wait)],
            cwd=_ROOT,
            env={**os.environ, "PYTHONPATH": str(_ROOT / "clients" / "python" / "src")},
        )  # fmt: skip
        self.lives += 1
        return self._process

    def kill(self) -> None:
        """SIGKILL, in the middle of whatever it does, unless it has killed itself."""
        assert self._process is not None
        assert self._process.poll() in {None, _KILLED}, "the consumer has given up"
        self._process.kill()
        self._process.wait()

    def has_taken(self, count: int) -> bool:
        """Whether it has put down so many; one that is dead lives again."""
        assert self._process is not None
        if self._process.poll() is not None:
            self.kill()
            self.start()
        return len(self.taken()) >= count

    def finish(self) -> None:
        """Read to the end of the feed, in as many lives as that takes."""
        while (ended := self.start(wait=0).wait(60)) == _KILLED:
            pass
        assert ended == 0, "the consumer has given up"

    def close(self) -> None:
        """Leave no process behind."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def taken(self) -> list[Row]:
        """What it has put down of clients, in the order in which it did.

        While what was issued is being printed, the documents service goes on telling of it.
        """
        database = sqlite3.connect(self._file, timeout=30)
        try:
            return database.execute(
                "SELECT id, client_id, pos FROM taken WHERE source = '/clients' ORDER BY seq"
            ).fetchall()
        finally:
            database.close()


def test_a_slow_consumer_takes_every_event_once_and_in_order(
    system: System, ledger: Ledger, seed: int, tmp_path: Path
) -> None:
    dice = random.Random(seed)
    consumer = Consumer(system, ledger.token, tmp_path, dice)
    faults: list[Callable[[], None]] = [
        lambda: _restart(consumer, dice),
        lambda: _restart(consumer, dice),
        lambda: system.kill_and_wait(dice.choice(_SERVERS)),
        lambda: _restart_redis(system, dice),
    ]
    ledger.start()
    consumer.start()
    try:
        while len(_logged(system, ledger.workspace)) < EVENTS:
            dice.choice(faults)()
            _tell_many(system, ledger.workspace)
            time.sleep(dice.uniform(0.2, 1.0))  # When one comes and how long it lasts is chance.
        ledger.stop()
        ledger.settle(90)
        _restart(consumer, dice)
        logged = _logged(system, ledger.workspace)
        eventually("all is taken", lambda: consumer.has_taken(len(logged)), 60 + EVENTS / 50)
        consumer.kill()
        consumer.finish()  # So that what would be told twice has been.
    finally:
        consumer.close()
    taken = consumer.taken()
    said = f"seed {seed}: {len(taken)} events in {consumer.lives} lives"
    assert len(taken) >= EVENTS, said
    assert sorted(taken) == sorted(logged), f"the ledger and the union of the pages differ, {said}"
    assert _per_client(taken) == _per_client(logged), f"out of order, {said}"
    assert consumer.lives > 2, said
    ledger.check()


def _tell_many(system: System, workspace: str) -> None:
    data = orjson.dumps(find(_NOTE).example()).decode()
    given = {"workspace": workspace, "type": _NOTE, "data": data, "many": AT_ONCE}
    with system.connect("clients") as connection:
        connection.execute(_TELL, given)


def _restart(consumer: Consumer, dice: random.Random) -> None:
    consumer.kill()
    time.sleep(dice.uniform(0, 1))
    consumer.start()
    time.sleep(dice.uniform(0.5, 2))


def _restart_redis(system: System, dice: random.Random) -> None:
    system.broker.kill()
    time.sleep(dice.uniform(0.1, 1))
    system.broker.restart()


def _logged(system: System, workspace: str) -> list[Row]:
    with system.connect("clients") as connection:
        return connection.execute(
            "SELECT event_id::text, client_id::text, pos FROM event_log "
            "WHERE workspace_id = %s ORDER BY pos",
            [workspace],
        ).fetchall()


def _per_client(rows: Iterable[Row]) -> dict[str | None, list[str]]:
    found = defaultdict[str | None, list[str]](list)
    for event_id, client_id, _ in rows:
        found[client_id].append(event_id)
    return found
