"""A Celery app elsewhere, as docs/how-to/subscribe-with-celery.md has it: killed, its queue
emptied, paused and replayed, it has applied what happened, once each and in order per client."""

from __future__ import annotations

import contextlib
import sqlite3
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fixtures.elsewhere import Elsewhere
from tests.fixtures.firm import Firm, found_workspace
from tests.fixtures.system import System
from tests.fixtures.waiting import eventually

# The page calls it so.
NAME = "erp"
SECONDS = 40.0


@pytest.fixture
def program(
    elsewhere: Elsewhere, firm: Firm, system: System, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Elsewhere]:
    """The page's program, its surroundings, and the subscriber that an operator named."""
    elsewhere.take("how-to/subscribe-with-celery.md")
    monkeypatch.setenv("BROKER_URL", system.broker.url)
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{elsewhere.folder}/erp.db")
    monkeypatch.setenv("CLIENTELE_URL", system.stack["api"])
    token = firm.http.headers["Authorization"].removeprefix("Bearer ")
    monkeypatch.setenv("CLIENTELE_TOKEN", token)
    _operate(system, "add", firm)
    yield elsewhere
    _operate(system, "remove", firm)


def _operate(system: System, deed: str, firm: Firm) -> None:
    done = system.cli("subscribers", deed, NAME, "--workspace", firm.workspace)
    assert done.returncode == 0, done.stderr


def _worker(program: Elsewhere) -> contextlib.AbstractContextManager[object]:
    """One process, so that killing it leaves no child behind."""
    queue = f"{NAME}.ingest"
    return program.running("-m", "celery", "-A", NAME, "worker", "-P", "solo", "-Q", queue)


def _edit(firm: Firm, clients: list[str], times: int) -> None:
    for _ in range(times):
        for client in clients:
            version = firm.get(f"/clients/{client}")["version"]
            answer = firm.http.patch(
                f"/v1/clients/{client}",
                json={"current_systems": uuid.uuid4().hex},
                headers={"If-Match": f'"{version}"'},
            )
            assert answer.status_code == 200


def _applied(folder: Path, client: str) -> list[str]:
    with sqlite3.connect(folder / "erp.db") as store:
        asked = "SELECT event FROM changes WHERE client = ? ORDER BY rowid"
        return [row[0] for row in store.execute(asked, (client,))]


def _told(system: System, client: str) -> list[str]:
    """The ledger: the log of the clients service."""
    with system.connect("clients") as connection:
        asked = """SELECT event_id::text FROM event_log WHERE client_id = %s
                   AND type LIKE 'clients.client.%%' ORDER BY pos"""
        return [row[0] for row in connection.execute(asked, (client,))]


def _expect_level(system: System, program: Elsewhere, clients: list[str]) -> None:
    def level() -> bool:
        with contextlib.suppress(sqlite3.OperationalError):
            return all(_applied(program.folder, it) == _told(system, it) for it in clients)
        return False

    eventually("what is applied equals the ledger", level, SECONDS)


def test_what_it_has_applied_equals_the_ledger(
    system: System, firm: Firm, program: Elsewhere
) -> None:
    clients = [firm.client(f"Works {n}")["id"] for n in range(3)]
    with _worker(program):
        _expect_level(system, program, clients)
        _edit(firm, clients, 5)
    _edit(firm, clients, 5)
    with _worker(program):
        _expect_level(system, program, clients)
    _edit(firm, clients, 5)
    # What waits for it is lost, and nothing more happens that would tell it so.
    system.broker.direct.delete(f"{NAME}.ingest")
    with _worker(program):
        _expect_level(system, program, clients)
        _operate(system, "replay", firm)
        _operate(system, "pause", firm)
        _edit(firm, clients, 3)
        assert "paused" in system.cli("lag").stdout
        _operate(system, "resume", firm)
        _expect_level(system, program, clients)


def test_nothing_of_another_workspace_arrives(
    system: System, firm: Firm, program: Elsewhere
) -> None:
    other = found_workspace(system)
    mine = firm.client()["id"]
    headers = {"Authorization": f"Bearer {other['token']}"}
    made = firm.http.post(
        "/v1/clients",
        json={"company_name": "Other", "primary_contact": {"email": "o@other.example.com"}},
        headers=headers,
    )
    assert made.status_code == 201
    theirs = made.json()["id"]
    with _worker(program):
        _expect_level(system, program, [mine])
        _edit(firm, [mine], 2)
        _expect_level(system, program, [mine])
    assert _applied(program.folder, theirs) == []
