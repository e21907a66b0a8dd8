"""One worker, then four, while 20,000 events are under way: each is applied exactly once."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator

import pytest

from tests.fixtures.compose import ComposeSystem
from tests.fixtures.firm import Firm
from tests.fixtures.slow_way import SlowWay
from tests.fixtures.waiting import eventually

EVENTS = 20_000
HALF = EVENTS // 2
WORKER = "activity-worker"

_COUNT = "SELECT count(*) FROM events WHERE workspace_id = %s"


@pytest.fixture(params=[0, 5], ids=["near", "5ms"])
def workers(project: ComposeSystem, request: pytest.FixtureRequest) -> Iterator[list[str]]:
    """Four workers; their way to the database is longer by so many milliseconds.

    Nothing but them may apply meanwhile, so the relay, which would pull what they leave, stands.
    """
    with SlowWay(project.address("postgres"), 5432, request.param / 1000) as slow:
        url = f"postgresql://{project.gateway()}:{slow.port}"
        far = {"CLIENTELE_DATABASE_URL": url} if request.param else {}
        project.scale(WORKER, 4, **far)
        with project.frozen("activity-relay"):
            yield project.containers(WORKER)
        project.scale(WORKER, 1)


def test_one_worker_then_four(
    project: ComposeSystem, firm: Firm, workers: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    first, *others = workers
    project.docker("pause", *workers)
    _import(firm)
    project.docker("unpause", first)
    one = _rate(project, firm, HALF)
    project.docker("unpause", *others)
    four = _rate(project, firm, EVENTS)
    with capsys.disabled():
        sys.stdout.write(f"\n{one:.0f} events/s with one worker, {four:.0f} with four\n")
    assert _ids(project, firm, "activity", "events") == _ids(project, firm, "clients", "event_log")


def _import(firm: Firm) -> None:
    rows = "".join(f"Works {n},works{n}@example.com\n" for n in range(EVENTS))
    answer = firm.http.post(
        "/v1/imports", params={"file_name": "a.csv"}, content=f"Company,E-mail\n{rows}", timeout=60
    )
    assert answer.status_code == 201, answer.text
    path = f"/imports/{answer.json()['id']}"
    eventually("the file is read", lambda: firm.get(path)["state"] == "ready", 120)
    mapping = {"Company": "company_name", "E-mail": "primary_contact.email"}
    job = firm.post(f"{path}/start", {"mapping": mapping}, 202)
    eventually("imported", lambda: firm.get(f"/jobs/{job['id']}")["state"] == "done", 400)


def _rate(project: ComposeSystem, firm: Firm, until: int) -> float:
    """Events per second from now on until so many are applied."""
    with project.connect("activity") as connection:

        def applied() -> int:
            return int(connection.execute(_COUNT, [firm.workspace]).fetchall()[0][0])

        before, started = applied(), time.monotonic()
        eventually(f"{until} applied", lambda: applied() >= until, 300)
        return (applied() - before) / (time.monotonic() - started)


def _ids(project: ComposeSystem, firm: Firm, service: str, table: str) -> list[str]:
    with project.connect(service) as connection:
        query = f"SELECT event_id::text FROM {table} WHERE workspace_id = %s ORDER BY 1"
        return [row[0] for row in connection.execute(query, [firm.workspace])]
