"""The programs of docs/subscribing.md, where the server's code is absent."""

from __future__ import annotations

import sqlite3
from collections import Counter
from pathlib import Path

import psutil
import pytest

from tests.fixtures.elsewhere import Elsewhere
from tests.fixtures.firm import Firm
from tests.fixtures.system import System
from tests.fixtures.waiting import eventually


@pytest.fixture
def programs(elsewhere: Elsewhere) -> Elsewhere:
    """The page's programs, ready to be run."""
    elsewhere.take("subscribing.md")
    return elsewhere


def _address(firm: Firm) -> tuple[str, str]:
    token = firm.http.headers["Authorization"].removeprefix("Bearer ")
    return firm.system.stack["api"], token


def _counted(file: Path) -> dict[str, int]:
    """What is counted; nothing while the program has not got so far as to make its tables."""
    with sqlite3.connect(file) as store:
        if not store.execute("SELECT 1 FROM sqlite_schema WHERE name = 'counted'").fetchone():
            return {}
        return dict(store.execute("SELECT client, events FROM counted"))


def _edit(firm: Firm, client_id: str, times: int) -> None:
    for _ in range(times):
        version = firm.get(f"/clients/{client_id}")["version"]
        answer = firm.http.patch(
            f"/v1/clients/{client_id}",
            json={"current_systems": f"after {version}"},
            headers={"If-Match": f'"{version}"'},
        )
        assert answer.status_code == 200


def test_the_servers_code_is_absent_there(elsewhere: Elsewhere) -> None:
    for name in ("services", "shared", "cli", "flask", "psycopg"):
        assert "ModuleNotFoundError" in elsewhere.run("-c", f"import {name}").stderr
    found = elsewhere.run("-c", "from clientele_client import feed; print(feed.__file__)").stdout
    assert str(elsewhere.python.parents[1]) in found


def test_the_follower_counts_each_event_once_though_it_is_killed(
    firm: Firm, system: System, programs: Elsewhere
) -> None:
    file = programs.folder / "counted.db"
    expected: Counter[str] = Counter()
    for _ in range(3):
        with programs.running("follow.py", *_address(firm), file.name):
            made = firm.client()
            eventually("it counts", lambda made=made: made["id"] in _counted(file), 30)
            _edit(firm, made["id"], 4)
            expected[made["id"]] = 5
        # From here on nobody listens; the next start begins where the last page was counted.
        _edit(firm, made["id"], 2)
        expected[made["id"]] += 2
    with programs.running("follow.py", *_address(firm), file.name):
        eventually("everything is counted", lambda: _counted(file) == expected, 30)
        system.kill_and_wait("activity-api")
        _edit(firm, made["id"], 1)
        expected[made["id"]] += 1
        eventually("it goes on", lambda: _counted(file) == expected, 30)


def test_the_watcher_goes_on_where_it_was_killed(firm: Firm, programs: Elsewhere) -> None:
    arguments = ("watch.py", *_address(firm), "watched.cursor")
    cursor = programs.folder / "watched.cursor"
    with programs.running(*arguments) as watcher:
        # The first sign of life fixes the place.
        eventually("it listens", lambda: _listens(firm, watcher.pid), 20)
        made = firm.client()
        assert watcher.stdout is not None
        told = [watcher.stdout.readline().split()]
        assert told[0][:2] == ["clients.client.created.v1", made["id"]]
        _edit(firm, made["id"], 1)
        told.append(watcher.stdout.readline().split())
        eventually("its place is kept", cursor.exists, 10)
    _edit(firm, made["id"], 3)
    with programs.running(*arguments) as watcher:
        assert watcher.stdout is not None
        # What it was killed over may come again; the rest comes once.
        while len({line[2] for line in told}) < 5:
            told.append(watcher.stdout.readline().split())
    assert {line[1] for line in told} == {made["id"]}
    again = told[2:3] if told[2] == told[1] else []
    assert len(told) == 5 + len(again)


def _listens(firm: Firm, pid: int) -> bool:
    """Whether it holds a connection, which it has only once the feed's end was asked for."""
    connections = psutil.Process(pid).net_connections("tcp")
    return len([each for each in connections if each.status == psutil.CONN_ESTABLISHED]) >= 2
