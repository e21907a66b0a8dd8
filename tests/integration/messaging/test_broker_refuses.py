"""Redis answers, and refuses: it is full, only reads, or another has taken its place.

Workers, relays and beat go on by themselves once it is well, in the processes that they were.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from shared.messaging.celery_app import make_celery
from shared.messaging.publisher import Publisher
from shared.settings import Settings
from tests.fixtures.broker import Broker
from tests.fixtures.waiting import eventually
from tests.integration.messaging.worker_alone import TASK

_PATIENCE_SECONDS = 120.0


@dataclass
class Around:
    """A Redis and who uses it: a worker and beat, in processes of their own, and we."""

    broker: Broker
    folder: Path
    publisher: Publisher
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    @property
    def queue(self) -> int:
        """How many messages wait."""
        return int(self.broker.direct.llen("clients.jobs"))

    def start(self, kind: str) -> None:
        """Start a worker or beat."""
        command = [sys.executable, "-m", "tests.integration.messaging.worker_alone"]
        self.processes[kind] = subprocess.Popen(
            [*command, kind, self.broker.url, str(self.folder / "notes")],
            stderr=(self.folder / kind).open("w"),
        )

    def noted(self, what: str) -> int:
        """How many messages of this kind the worker has worked on."""
        notes = self.folder / "notes"
        return notes.read_text().splitlines().count(what) if notes.exists() else 0

    def goes_on(self) -> None:
        """What we send arrives, and what beat sends; nobody has ended."""
        sent = self.noted("after all")
        eventually("we send", lambda: self._sends("after all"), _PATIENCE_SECONDS)
        self.waits("what we send is worked on", "after all", sent)
        self.waits("what beat sends is worked on", "by beat", self.noted("by beat"))
        self._nobody_ended()

    def waits(self, condition: str, what: str, before: int) -> None:
        """Until one more is noted."""
        eventually(
            condition, lambda: self._nobody_ended() and self.noted(what) > before, _PATIENCE_SECONDS
        )

    def _nobody_ended(self) -> bool:
        for kind, process in self.processes.items():
            assert process.poll() is None, (self.folder / kind).read_text()[-2000:]
        return True

    def _sends(self, what: str) -> bool:
        before = self.queue
        self.publisher.wake(TASK, what=what)
        return self.queue > before or self.noted(what) > 0

    def close(self) -> None:
        """End all."""
        for process in self.processes.values():
            process.kill()
            process.wait()
        self.broker.close()


@pytest.fixture
def around(tmp_path: Path) -> Iterator[Around]:
    """A Redis with a worker and beat that have begun."""
    broker = Broker(tmp_path)
    settings = Settings(secret="x" * 40, broker_url=broker.url)
    found = Around(broker, tmp_path, Publisher(make_celery("clients", settings)))
    try:
        found.start("worker")
        found.start("beat")
        found.waits("they have begun", "by beat", 0)
        yield found
    finally:
        found.close()


def test_a_redis_that_is_full_is_drained_also_by_a_worker_that_starts(around: Around) -> None:
    """There is no room for what a worker writes down of what it has taken."""
    worker = around.processes.pop("worker")
    worker.kill()
    worker.wait()
    eventually("a backlog", lambda: around.queue > 3, _PATIENCE_SECONDS)
    around.broker.direct.config_set("maxmemory", "1mb")
    around.start("worker")
    eventually("it is drained", lambda: around.queue == 0, _PATIENCE_SECONDS)
    around.broker.direct.config_set("maxmemory", "0")
    around.goes_on()


def test_a_redis_that_only_reads_for_a_while_ends_nobody(around: Around) -> None:
    around.broker.lose_its_master()
    around.publisher.wake(TASK, what="in vain")
    refused = (around.folder / "beat").stat().st_size
    eventually(
        "beat is refused",
        lambda: (around.folder / "beat").stat().st_size > refused,
        _PATIENCE_SECONDS,
    )
    around.broker.become_master()
    around.goes_on()


def test_whoever_is_connected_to_one_that_was_demoted_goes_to_the_new_one(around: Around) -> None:
    with around.broker.failing_over():
        around.publisher.wake(TASK, what="in vain")
    around.goes_on()


def test_a_redis_that_cannot_write_its_file_ends_nobody(around: Around) -> None:
    """It refuses everything that would change something until it can (MISCONF)."""
    redis = around.broker.direct
    gone = around.folder / "gone"
    gone.mkdir()
    redis.config_set("dir", str(gone))
    gone.rmdir()
    redis.config_set("save", "3600 1")
    redis.bgsave()
    eventually("it could not", lambda: redis.info()["rdb_last_bgsave_status"] == "err")
    around.publisher.wake(TASK, what="in vain")
    redis.config_set("save", "")
    around.goes_on()
