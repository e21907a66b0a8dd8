"""Dispatchers die, freeze and work side by side: nothing is lost, and clients keep their order."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from shared.ids import uuid7
from tests.fixtures.databases import Databases
from tests.fixtures.sink import Reply, Sink
from tests.fixtures.waiting import eventually
from tests.integration.webhooks.conftest import Office

_ROOT = Path(__file__).resolve().parents[3]


@contextlib.contextmanager
def _dispatching(databases: Databases, failpoints: Path) -> Iterator[subprocess.Popen[bytes]]:
    environment = {
        **databases.environment,
        "CLIENTELE_WEBHOOK_ALLOW": "127.0.0.1/32",
        "CLIENTELE_FAILPOINTS": str(failpoints),
    }
    command = [sys.executable, "-m", "tests.integration.webhooks.one_dispatcher"]
    process = subprocess.Popen(command, cwd=_ROOT, env=environment)
    try:
        yield process
    finally:
        process.send_signal(signal.SIGCONT)
        process.kill()
        process.wait()


def test_killed_after_a_post_and_before_its_note_it_is_posted_again_under_its_id(
    office: Office, sink: Sink, databases: Databases, tmp_path: Path
) -> None:
    webhook = office.add(sink.url())
    client = uuid7()
    told = [office.tell(client) for _ in range(3)]
    (tmp_path / "webhooks.after_post").write_text("kill")
    with _dispatching(databases, tmp_path) as first:
        assert first.wait(30) == -signal.SIGKILL
    assert sink.ids() == told[:1]
    with _dispatching(databases, tmp_path):
        eventually("all is sent", lambda: len(sink.received) == 4)
        eventually("all is noted", lambda: office.states(webhook) == ["delivered"] * 3)
    assert sink.ids() == [told[0], *told]
    assert sink.duplicates() == 1


def test_a_frozen_dispatcher_is_overtaken_and_does_no_harm_when_it_thaws(
    office: Office, sink: Sink, databases: Databases, tmp_path: Path
) -> None:
    webhook = office.add(sink.url())
    clients = [uuid7() for _ in range(4)]
    told = {client: [office.tell(client) for _ in range(50)] for client in clients}
    sink.decide = lambda _: Reply(silence=0.01)
    with _dispatching(databases, tmp_path) as slow:
        eventually("some are sent", lambda: len(sink.received) > 20)
        os.kill(slow.pid, signal.SIGSTOP)
        with _dispatching(databases, tmp_path):
            eventually("all is sent", lambda: len(set(sink.ids())) == 200, 60)
            os.kill(slow.pid, signal.SIGCONT)
            everything = ["delivered"] * 200
            eventually("all is noted", lambda: office.states(webhook) == everything)
    for ids in told.values():
        assert list(dict.fromkeys(each for each in sink.ids() if each in ids)) == ids
    assert sink.duplicates() <= 64 + 8, "no more than what was under way and not noted"


def test_stopped_it_notes_what_is_under_way_and_leaves_the_rest_to_others_at_once(
    office: Office, sink: Sink, databases: Databases, tmp_path: Path
) -> None:
    office.add(sink.url())
    told = {office.tell(uuid7()) for _ in range(60)}
    sink.decide = lambda _: Reply(silence=0.2)
    with _dispatching(databases, tmp_path) as first:
        eventually("some are sent", lambda: len(sink.received) > 8)
        first.terminate()
        assert first.wait(10) == 0
    sink.decide = lambda _: Reply()
    office.dispatch()
    assert set(sink.ids()) == told
    assert sink.duplicates() == 0


def test_a_thousand_events_by_two_dispatchers_arrive_once(
    office: Office, sink: Sink, databases: Databases, tmp_path: Path
) -> None:
    for number in range(4):
        office.add(sink.url(f"/{number}"))
    client = uuid7()
    told = [office.tell(client if number % 2 else uuid7()) for number in range(250)]
    with _dispatching(databases, tmp_path), _dispatching(databases, tmp_path):
        eventually("all is sent", lambda: len(sink.received) >= 1000, 60)
    for number in range(4):
        assert sorted(sink.ids(f"/{number}")) == sorted(told)
        mine = [each for each in sink.ids(f"/{number}") if each in told[1::2]]
        assert mine == told[1::2]
