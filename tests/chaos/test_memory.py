"""Large events in processes that may have 256 MB each, as the kernel counts it."""

from __future__ import annotations

import contextlib
import os
import random
import sys
from collections.abc import Iterable, Iterator
from typing import Any

import httpx
import pytest

from tests.chaos.ledger import Ledger
from tests.fixtures.cgroups import MemoryGroup, memory_group, why_not
from tests.fixtures.system import System
from tests.fixtures.waiting import eventually_none

MOST_BYTES = 256_000_000
# Each event tells of a whole client: some 217 kB. A long run has as many as once killed a relay.
IS_LONG = float(os.environ.get("CHAOS_SECONDS", "20")) >= 600
EVENTS = 500 if IS_LONG else 30
# Who takes them as messages, and who pulls them as its worker stands still.
CASES = [("activity", "metrics"), ("metrics", "activity")][: 2 if IS_LONG else 1]


def _large_client(dice: random.Random) -> dict[str, Any]:
    """A legal one that nothing makes much smaller on its way."""

    def text(length: int) -> str:
        return "".join(chr(dice.randrange(0x4E00, 0x9FA0)) for _ in range(length))

    return {
        "company_name": text(200),
        "primary_contact": {"email": f"{dice.getrandbits(64):x}@example.com"},
        "current_systems": text(10_000),
        "technical_requirements": text(10_000),
        "contacts": [{"name": text(200), "title": text(100)} for _ in range(100)],
        "rates": [{"position": text(100), "regular_rate": "80.00"} for _ in range(90)],
        "allow_duplicate": True,
    }


def _write(system: System, token: str, seed: int) -> None:
    dice = random.Random(seed)
    headers = {"Authorization": f"Bearer {token}"}
    with httpx.Client(base_url=system.stack["api"], headers=headers, timeout=30) as http:
        for _ in range(EVENTS):
            answer = http.post("/v1/clients", json=_large_client(dice))
            assert answer.status_code == 201, answer.text[:500]


def _large_events(system: System, workspace: str) -> list[str]:
    with system.connect("clients") as connection:
        query = (
            "SELECT event_id::text FROM event_log WHERE workspace_id = %s "
            "AND octet_length(data::text) > 200000"
        )
        return [event_id for (event_id,) in connection.execute(query, [workspace])]


def _untaken(system: System, consumers: Iterable[str], events: list[str]) -> dict[str, int]:
    """How many of the events each consumer still lacks, if any."""
    query = "SELECT count(*) FROM inbox WHERE event_id = ANY (%s)"
    lacking = {}
    for consumer in consumers:
        with system.connect(consumer) as connection:
            (taken,) = connection.execute(query, [events]).fetchone() or (0,)
        lacking[consumer] = len(events) - taken
    return {consumer: count for consumer, count in lacking.items() if count}


@contextlib.contextmanager
def _confined(system: System, roles: Iterable[str]) -> Iterator[dict[str, MemoryGroup]]:
    """Second processes of the roles do the work, each in a group of its own."""
    with contextlib.ExitStack() as stack:
        groups = {}
        for role in roles:
            groups[role] = stack.enter_context(memory_group(role, MOST_BYTES))
            stack.enter_context(system.second(role, groups[role].put_in))
        yield groups


@pytest.mark.skipif(bool(why_not()), reason=why_not())
@pytest.mark.parametrize(("sent", "pulling"), CASES)
def test_large_events_fit_into_the_memory_of_whoever_holds_them(
    system: System,
    ledger: Ledger,
    seed: int,
    sent: str,
    pulling: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """They come all at once: as messages, and as pages of the log.

    What else a process had in hand when it was frozen, and what it alone would tell, waits until it
    goes on.
    """
    roles = ("clients-relay", f"{sent}-worker", f"{pulling}-relay")
    with system.frozen(*roles, f"{sent}-relay", f"{pulling}-worker"):
        _write(system, ledger.token, seed)
        events = _large_events(system, ledger.workspace)
        assert len(events) == EVENTS
        with _confined(system, roles) as groups:
            takers = (sent, pulling)
            eventually_none("all is taken", lambda: _untaken(system, takers, events), 300)
            peaks = {role: f"{group.peak() / 1e6:.0f} MB" for role, group in groups.items()}
            deaths = {role: group.deaths() for role, group in groups.items()}
    with capsys.disabled():
        sys.stdout.write(f"\n{EVENTS} large events: at most {peaks}\n")
    assert deaths == dict.fromkeys(roles, 0)
    ledger.settle()
