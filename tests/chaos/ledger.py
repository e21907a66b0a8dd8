"""The ledger: every accepted write is noted, and afterwards everything must agree with it."""

from __future__ import annotations

import random
import threading
import time
import uuid
from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Self

import httpx

from shared.messaging.topology import SUBSCRIPTIONS
from tests.fixtures.firm import found_workspace
from tests.fixtures.system import System
from tests.fixtures.waiting import eventually, eventually_none

# A write that finds no answer is sent again with its key until it finds one. A database server
# that was killed amid a checkpoint, on a disk that is slow, took a minute to take connections.
PATIENCE_SECONDS = 180.0
# As a client that is told nothing waits before it tries again.
RETRY_SECONDS = 0.2
UNDER_WAY = 20


@dataclass
class Account:
    """One client as the ledger knows it."""

    id: str
    version: int
    lock: threading.Lock = field(default_factory=threading.Lock)


class Ledger:
    """Writes through the public API from several threads, and remembers what was accepted."""

    def __init__(self, system: System, seed: int) -> None:
        self._system = system
        self._dice = random.Random(seed)
        self._stop = threading.Event()
        self._give_up = threading.Event()
        self._threads: list[threading.Thread] = []
        self._accounts: list[Account] = []
        self.accepted: Counter[str] = Counter()
        self.markers: list[str] = []
        self.failures: list[str] = []
        self.slowest = 0.0
        self._note = threading.Lock()
        founded = found_workspace(system)
        self.workspace, self.token = str(founded["workspace"]), str(founded["token"])

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """No writer outlives its test, though it failed and the system answers no more."""
        self._stop.set()
        self._give_up.set()
        for thread in self._threads:
            thread.join(10)

    def start(self, writers: int = 3) -> None:
        """Begin writing; returns once writes are under way, so that a fault meets some."""
        before = self.accepted.total()
        for number in range(writers):
            dice = random.Random(self._dice.random())
            thread = threading.Thread(target=self._write, args=(dice, number), daemon=True)
            thread.start()
            self._threads.append(thread)
        eventually(
            "writes are under way",
            lambda: self.failures or self.accepted.total() >= before + UNDER_WAY,
            PATIENCE_SECONDS,
            every=0.02,
        )

    def stop(self) -> None:
        """End writing; every write under way finds its answer first."""
        self._stop.set()
        for thread in self._threads:
            thread.join(PATIENCE_SECONDS + 10)
        self._threads.clear()
        self._stop.clear()
        assert not self.failures, self.failures

    def run(self, seconds: float, writers: int = 3) -> None:
        """Write for so long, and a little longer."""
        self.start(writers)
        time.sleep(seconds)  # How much there is to go wrong is what the caller chooses.
        self.stop()

    def _write(self, dice: random.Random, number: int) -> None:
        with httpx.Client(base_url=self._system.stack["api"], timeout=5.0) as http:
            while not self._stop.is_set():
                try:
                    self._one_write(http, dice)
                except Exception as error:  # A writer that dies in silence would prove nothing.
                    self.failures.append(repr(error))
                    return
                time.sleep(0.01)  # A load, not a flood: two processors do all the rest as well.

    def _one_write(self, http: httpx.Client, dice: random.Random) -> None:
        kind = dice.choices(["create", "update", "invoice"], [2, 6, 1])[0]
        if kind == "create" or not self._accounts:
            self._create(http)
        elif kind == "update":
            self._update(http, dice.choice(self._accounts))
        else:
            self._invoice(http, dice.choice(self._accounts))

    def _create(self, http: httpx.Client) -> None:
        marker = f"w-{uuid.uuid4().hex}"
        body = {
            "company_name": f"Firm {marker}",
            "primary_contact": {"email": f"{marker}@example.com"},
            "current_systems": marker,
        }
        answer = self._sent(http, "POST", "/clients", body)
        with self._note:
            self.accepted["clients.client.created.v1"] += 1
            self.markers.append(marker)
            self._accounts.append(Account(answer["id"], answer["version"]))

    def _update(self, http: httpx.Client, account: Account) -> None:
        marker = f"w-{uuid.uuid4().hex}"
        with account.lock:
            answer = self._sent(
                http, "PATCH", f"/clients/{account.id}", {"current_systems": marker},
                {"If-Match": f'"{account.version}"'},
            )  # fmt: skip
            account.version = answer["version"]
        with self._note:
            self.accepted["clients.client.updated.v1"] += 1
            self.markers.append(marker)

    def _invoice(self, http: httpx.Client, account: Account) -> None:
        line = {"description": "Work", "quantity": "1.5", "unit_price": "80.10"}
        with account.lock:
            path = f"/clients/{account.id}/invoices"
            made = self._sent(http, "POST", path, {"lines": [line]})
            issued = self._sent(http, "POST", f"/invoices/{made['id']}/issue", {})
            payment = {"amount": issued["total"], "paid_on": issued["issued_on"]}
            self._sent(http, "POST", f"/invoices/{made['id']}/payments", payment)
        with self._note:
            for what in ("created", "issued", "payment_recorded"):
                self.accepted[f"clients.invoice.{what}.v1"] += 1

    def _sent(
        self,
        http: httpx.Client,
        method: str,
        path: str,
        body: dict[str, Any],
        headers: dict[str, str] | None = None,
    ) -> dict[str, Any]:
        """The answer to a write, sent again under one key until there is one."""
        key = {"Idempotency-Key": uuid.uuid4().hex, **(headers or {})}
        key["Authorization"] = f"Bearer {self.token}"
        deadline = time.monotonic() + PATIENCE_SECONDS
        last = "nothing"
        while time.monotonic() < deadline and not self._give_up.is_set():
            started = time.monotonic()
            try:
                answer = http.request(method, f"/v1{path}", json=body, headers=key)
            except httpx.HTTPError as error:
                last = repr(error)
                time.sleep(RETRY_SECONDS)
                continue
            last = f"{answer.status_code} {answer.text}"
            self.slowest = max(self.slowest, time.monotonic() - started)
            if answer.status_code in {200, 201}:
                return dict(answer.json())
            # In progress means that the first attempt is still going; 5xx that it failed.
            if answer.status_code != 409 and answer.status_code < 500:
                raise AssertionError(f"{method} {path}: {last}")
            time.sleep(RETRY_SECONDS)
        raise AssertionError(f"{method} {path}: {PATIENCE_SECONDS:.0f} s without success: {last}")

    def settle(self, seconds: float = 60.0) -> float:
        """I7: wait until every consumer is level; returns how long it took."""
        started = time.monotonic()
        eventually_none("no consumer is behind (I7)", self._behind, seconds)
        return time.monotonic() - started

    def _behind(self) -> list[Any]:
        found = self._system.lag()
        return [entry for entry in found if entry["events"]] if found else ["lag is not told"]

    def check(self, *, injected_letters: int = 0) -> None:
        """I1 to I5 and I8, on the databases themselves."""
        self._check_writes()
        self._check_log()
        self._check_timeline()
        self._check_projections()
        letters = sum(self._letters(name) for name in SUBSCRIPTIONS)
        assert letters == injected_letters, f"{letters} dead letters (I8)"

    def _check_writes(self) -> None:
        """I1 and I2: each accepted write has exactly one event, and no event lacks a write."""
        with self._system.connect("clients") as connection:
            rows = connection.execute(
                "SELECT type, count(*) FROM event_log WHERE workspace_id = %s "
                "AND type LIKE 'clients.client.%%' OR workspace_id = %s "
                "AND type LIKE 'clients.invoice.%%' GROUP BY type",
                [self.workspace, self.workspace],
            ).fetchall()
            told = connection.execute(
                "SELECT coalesce(data->'client'->>'current_systems', c->>'after'), count(*) "
                "FROM event_log LEFT JOIN LATERAL jsonb_array_elements(data->'changes') AS c "
                "ON c->>'field' = 'current_systems' WHERE workspace_id = %s "
                "AND type IN ('clients.client.created.v1', 'clients.client.updated.v1') "
                "GROUP BY 1",
                [self.workspace],
            ).fetchall()
        assert Counter(dict(rows)) == self.accepted, "events and accepted writes differ (I1, I2)"
        assert dict(told) == Counter(self.markers), "a write has not exactly one event (I1)"

    def _check_log(self) -> None:
        """I3 and I4: positions are gapless, versions rise with them."""
        with self._system.connect("clients") as connection:
            last, count, highest = connection.execute(
                "SELECT (SELECT last_pos FROM relay_state), count(pos), max(pos) FROM event_log"
            ).fetchone() or (0, 0, 0)
            inverted = connection.execute(
                "SELECT count(*) FROM (SELECT aggregate_version - lag(aggregate_version) "
                "OVER (PARTITION BY workspace_id, subject ORDER BY pos) AS step FROM event_log) x "
                "WHERE step <= 0"
            ).fetchone()
        assert last == count == highest, "positions have a gap (I3)"
        assert inverted == (0,), "an aggregate's events are out of order (I4)"

    def _check_timeline(self) -> None:
        """I5: the timeline holds every event of the log exactly once.

        That of clients alone: while what was issued is being printed, the documents service goes
        on telling of it.
        """
        with self._system.connect("clients") as clients:
            log = clients.execute(
                "SELECT event_id, pos FROM event_log WHERE workspace_id = %s", [self.workspace]
            ).fetchall()
        with self._system.connect("activity") as activity:
            timeline = activity.execute(
                "SELECT event_id, pos FROM events WHERE workspace_id = %s AND source = '/clients'",
                [self.workspace],
            ).fetchall()
        assert Counter(timeline) == Counter(log), "timeline and log differ (I5)"

    def _check_projections(self) -> None:
        """I5: the numbers are a recount of the ledger, to the cent."""
        done = self._system.cli("projections", "verify")
        assert done.returncode == 0, done.stdout + done.stderr

    def _letters(self, service: str) -> int:
        with self._system.connect(service) as connection:
            row = connection.execute(
                "SELECT count(*) FROM dead_letters WHERE state = 'parked'"
            ).fetchone()
        return int(row[0]) if row else 0
