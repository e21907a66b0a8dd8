"""Streams and long polls of the feed, on the server that the API runs on."""

from __future__ import annotations

import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from typing import Any

import httpx
import pytest
from sqlalchemy import Engine, text

from devstack.ports import free_port
from devstack.probes import says_ok
from services.activity.events.operations.placing import Placer
from shared.ids import uuid7
from shared.messaging.envelope import Envelope
from shared.messaging.inbox import Inbox
from shared.runtime import Runtime
from shared.security.permissions import ROLES
from tests.factories.callers import service_token
from tests.factories.envelopes import Source
from tests.factories.events import batch
from tests.fixtures.databases import Databases
from tests.fixtures.processes import family
from tests.fixtures.streams import STREAM, reading
from tests.fixtures.waiting import eventually

CREATED, UPDATED = "clients.client.created.v1", "clients.client.updated.v1"
INVOICE = "clients.invoice.issued.v1"
EVENTS = "/v1/events"
#: More streams than a worker has threads.
MANY = 24

Tell = Callable[..., list[Envelope]]


class Server:
    """The activity API as a process of its own."""

    def __init__(self, environment: dict[str, str], **settings: str) -> None:
        self.port = free_port()
        self._environment = {
            **os.environ, **environment, "CLIENTELE_BIND": f"127.0.0.1:{self.port}",
            "CLIENTELE_SERVER_WORKERS": "1", "CLIENTELE_SERVER_THREADS": "4",
            "CLIENTELE_STREAM_HEARTBEAT_SECONDS": "1", **settings,
        }  # fmt: skip
        self.start()

    def start(self) -> None:
        """Start it, and wait until it is ready."""
        command = [sys.executable, "-m", "cli.main", "run", "activity-api"]
        self.process = subprocess.Popen(command, env=self._environment, start_new_session=True)
        eventually("it is ready", partial(says_ok, "127.0.0.1", self.port, "/readyz"), 60)

    def kill(self) -> None:
        """SIGKILL to all of it."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(10)

    def memory(self) -> int:
        """The bytes that its processes hold."""
        return sum(each.memory_info().rss for each in family(self.process.pid))


@contextmanager
def _serving(environment: dict[str, str], **settings: str) -> Iterator[Server]:
    server = Server(environment, **settings)
    try:
        yield server
    finally:
        server.process.terminate()
        try:
            server.process.wait(15)
        finally:
            if server.process.poll() is None:
                server.kill()


@pytest.fixture(scope="module")
def server(migrated: Databases) -> Iterator[Server]:
    """One for all tests that do not hurt it."""
    with _serving(migrated.environment) as found:
        yield found


Caller = Callable[..., httpx.Client]


@pytest.fixture
def caller(runtime: Runtime, source: Source, server: Server) -> Iterator[Caller]:
    """`caller(permissions, workspace, at)`: someone as the façade passes on for it."""
    with ExitStack() as open_ones:

        def make(
            permissions: Iterable[str] = ROLES["viewer"],
            workspace: uuid.UUID | None = None,
            at: Server | None = None,
        ) -> httpx.Client:
            whose = workspace or source.workspace_id
            token = service_token(runtime.vault, "activity", whose, *permissions)
            http = httpx.Client(
                base_url=f"http://127.0.0.1:{(at or server).port}",
                headers={"Authorization": f"Bearer {token}"}, trust_env=False, timeout=10,
            )  # fmt: skip
            return open_ones.enter_context(http)

        yield make


@pytest.fixture
def tell(inbox: Inbox, source: Source, runtime: Runtime) -> Tell:
    """Events of these types, applied and placed."""
    placer = Placer(runtime.pipe_engine, runtime.vault)

    def run(*types: str, client_id: uuid.UUID | None = None, **more: Any) -> list[Envelope]:
        told = [source.tell(name, client_id=client_id or uuid7(), **more) for name in types]
        for start in range(0, len(told), 100):
            inbox.ingest(batch(told[start : start + 100]))
        while placer.make_round():
            pass
        return told

    return run


def _ids(events: Iterable[dict[str, Any]]) -> list[str]:
    return [event["id"] for event in events]


def test_an_event_is_told_as_it_happens_and_as_the_feed_tells_it(
    tell: Tell, caller: Caller
) -> None:
    tell(CREATED)
    http = caller()
    with reading(http) as stream:
        (told,) = tell(UPDATED)
        assert stream.take(1) == [told]
        assert stream.retry == 3000
        headers = stream.answer.headers
        assert headers["content-type"].startswith("text/event-stream")
        assert headers["x-accel-buffering"] == "no"
        # The id is a cursor like any other.
        page = http.get(EVENTS, params={"after": stream.last_id}).json()
        assert (page["events"], page["next"]) == ([], page["head"])


def test_who_comes_back_with_the_last_id_goes_on_from_there(tell: Tell, caller: Caller) -> None:
    http = caller()
    with reading(http) as stream:
        first = tell(*[UPDATED] * 3)
        assert _ids(stream.take(2)) == _ids(first)[:2]
        last_id = stream.last_id
    second = tell(*[UPDATED] * 250)
    for resumed in ({"last_id": last_id}, {"after": last_id}):
        with reading(http, **resumed) as stream:
            assert _ids(stream.take(251)) == _ids([first[2], *second])
    beginning = http.get(EVENTS, params={"limit": 1}).json()["next"]
    with reading(http, last_id=last_id, after=beginning) as stream:
        assert _ids(stream.take(1)) == [first[2]["id"]]


def test_a_reader_is_told_only_what_it_asks_for_and_may_see(tell: Tell, caller: Caller) -> None:
    acme = uuid7()
    with (
        reading(caller()) as everything,
        reading(caller({"clients.view"})) as no_amounts,
        reading(caller(), types="clients.invoice.*") as invoices,
        reading(caller(), client=str(acme)) as of_acme,
    ):
        told = tell(UPDATED, INVOICE) + tell(INVOICE, UPDATED, client_id=acme)
        assert _ids(everything.take(4)) == _ids(told)
        assert _ids(no_amounts.take(2)) == [told[0]["id"], told[3]["id"]]
        assert _ids(invoices.take(2)) == [told[1]["id"], told[2]["id"]]
        assert _ids(of_acme.take(2)) == _ids(told[2:])


def test_a_stream_of_one_client_goes_on_with_what_is_merged_into_it(
    tell: Tell, caller: Caller, owner: Engine, source: Source
) -> None:
    acme, other = uuid7(), uuid7()
    with reading(caller(), client=str(acme)) as stream:
        (before,) = tell(UPDATED, client_id=acme)
        assert _ids(stream.take(1)) == [before["id"]]
        with owner.begin() as database:
            database.execute(
                text("INSERT INTO client_aliases (workspace_id, client_id, target_id)"
                     " VALUES (:w, :o, :t)"),
                {"w": source.workspace_id, "o": other, "t": acme},
            )  # fmt: skip
        merged = tell("clients.client.merged.v1", client_id=acme)
        late = tell(UPDATED, client_id=other)
        assert _ids(stream.take(2)) == _ids(merged + late)


def test_a_workspace_hears_no_word_of_another(tell: Tell, caller: Caller) -> None:
    http = caller(workspace=uuid7())
    with reading(http) as elsewhere, reading(caller()) as here:
        tell(UPDATED)
        here.take(1)
        elsewhere.until_comment()
        assert elsewhere.comments
        refused = http.get(STREAM, headers={"Last-Event-ID": str(here.last_id)})
        assert refused.status_code == 422
        assert [each["field"] for each in refused.json()["errors"]] == ["Last-Event-ID"]


def test_a_silent_stream_says_that_it_lives_and_how_far_it_has_come(
    tell: Tell, caller: Caller
) -> None:
    http = caller()
    with reading(http, types="documents.*") as stream:
        stream.until_comment()
        tell(*[UPDATED] * 3)
        head = http.get(EVENTS, params={"limit": 1}).json()["head"]
        stream.until_comment()
        stream.until_comment()
        assert stream.last_id == head


def test_streams_beyond_the_number_of_threads_hold_up_nothing(tell: Tell, caller: Caller) -> None:
    http = caller()
    with ExitStack() as stack:
        streams = [stack.enter_context(reading(caller())) for _ in range(MANY)]
        start = time.monotonic()
        assert http.get(EVENTS).status_code == 200
        assert time.monotonic() - start < 2
        (told,) = tell(UPDATED)
        assert all(_ids(stream.take(1)) == [told["id"]] for stream in streams)


def test_what_cannot_be_followed_is_refused_before_the_stream_begins(
    tell: Tell, caller: Caller, owner: Engine
) -> None:
    told, http = tell(*[UPDATED] * 3), caller()
    cursor = http.get(EVENTS, params={"limit": 1}).json()["next"]
    asked = {"types": "clients.*,colours.*", "client": "x", "colour": "red"}
    refused = http.get(STREAM, params=asked)
    assert refused.status_code == 422
    assert {each["field"] for each in refused.json()["errors"]} == {"types[1]", "client", "colour"}
    assert caller({"documents.view"}).get(STREAM).status_code == 403
    with owner.begin() as database:
        database.execute(text("UPDATE feed_state SET earliest_pos = 3"))
    gone = http.get(STREAM, params={"after": cursor})
    assert (gone.status_code, gone.json()["code"]) == (410, "events.cursor_expired")
    with reading(http, after=gone.json()["earliest"]) as stream:
        assert _ids(stream.take(1)) == _ids(told[2:])
        with owner.begin() as database:
            database.execute(text("UPDATE feed_state SET epoch = gen_random_uuid()"))
        assert not list(stream.events()), "a stream ends when the feed begins anew"
        reset = http.get(STREAM, headers={"Last-Event-ID": str(stream.last_id)})
    assert (reset.status_code, reset.json()["code"]) == (409, "events.log_reset")


def test_a_long_poll_is_answered_with_the_first_event(tell: Tell, caller: Caller) -> None:
    http = caller()
    head = http.get(EVENTS).json()["head"]
    empty = http.get(EVENTS, params={"after": head, "wait": 1})
    assert empty.json() == {"events": [], "next": head, "head": head}
    assert empty.elapsed.total_seconds() >= 1
    answers: list[httpx.Response] = []
    ask = partial(http.get, EVENTS, params={"after": head, "wait": 9, "types": INVOICE})
    asking = threading.Thread(target=lambda: answers.append(ask()))
    asking.start()
    time.sleep(0.3)  # It waits by then; asked a moment later, it would be answered at once.
    tell(UPDATED)
    (told,) = tell(INVOICE)
    asking.join()
    assert answers[0].json()["events"] == [told]
    assert answers[0].elapsed.total_seconds() < 5
    wrong = http.get(EVENTS, params={"wait": 31})
    assert [each["field"] for each in wrong.json()["errors"]] == ["wait"]


def test_a_caller_and_a_workspace_hold_so_many_and_no_more(
    migrated: Databases, caller: Caller, tell: Tell
) -> None:
    limits = {"CLIENTELE_STREAMS_PER_CALLER": "2", "CLIENTELE_STREAMS_PER_WORKSPACE": "9"}
    with _serving(migrated.environment, **limits) as small:
        http = caller(at=small)
        with reading(http), reading(http):
            refused = http.get(STREAM)
            assert (refused.status_code, refused.json()["code"]) == (
                429, "events.too_many_streams",
            )  # fmt: skip
            assert refused.headers["retry-after"]
            assert refused.headers["x-request-id"] == refused.json()["request_id"]
        eventually("there is room again", lambda: _can_read(http), 5)


def _can_read(http: httpx.Client) -> bool:
    with http.stream("GET", STREAM) as answer:
        return answer.status_code == 200


def test_a_stopping_server_ends_its_streams_and_finishes_at_once(
    migrated: Databases, caller: Caller
) -> None:
    with _serving(migrated.environment) as stopping:
        http = caller(at=stopping)
        with reading(http) as stream:
            next(stream.lines)
            start = time.monotonic()
            stopping.process.send_signal(signal.SIGTERM)
            assert not list(stream.events())
            stopping.process.wait(10)
            assert time.monotonic() - start < 5


def test_a_reader_that_stalls_costs_little_and_misses_nothing(
    tell: Tell, caller: Caller, server: Server, runtime: Runtime, source: Source
) -> None:
    tell(UPDATED)
    http = caller()
    with reading(http) as warm:
        tell(*[UPDATED] * 100)
        warm.take(100)
        cursor = warm.last_id
    before = server.memory()
    token = service_token(runtime.vault, "activity", source.workspace_id, *ROLES["viewer"])
    with socket.create_connection(("127.0.0.1", server.port)) as stalled:
        stalled.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        asked = f"GET {STREAM} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n\r\n"
        stalled.sendall(asked.encode())
        told: list[Envelope] = []
        with reading(http) as quick:
            for _ in range(30):
                some = tell(*[UPDATED] * 100, change=_make_large)
                told += some
                assert _ids(quick.take(100)) == _ids(some)
        grown = server.memory() - before
    sent = sum(len(str(each)) for each in told)
    assert sent > 24_000_000
    assert grown < 20_000_000, f"{grown / 1e6:.0f} MB more for {sent / 1e6:.0f} MB not read"
    with reading(http, last_id=cursor) as resumed:
        assert _ids(resumed.take(len(told))) == _ids(told)


def _make_large(data: dict[str, Any]) -> None:
    data["changes"] = [{"field": "address.street", "before": "x" * 4000, "after": "y" * 4000}]


def test_a_reader_and_a_server_that_are_killed_again_and_again_miss_nothing(
    migrated: Databases, runtime: Runtime, inbox: Inbox, source: Source, caller: Caller
) -> None:
    """What all its streams told together is the ledger, each once, in order per client."""
    clients, chance = [uuid7() for _ in range(7)], random.Random(7)
    told = [source.tell(UPDATED, client_id=clients[n % 7], version=n + 1) for n in range(1400)]
    placing = Placer(runtime.pipe_engine, runtime.vault)

    def write() -> None:
        for start in range(0, len(told), 20):
            inbox.ingest(batch(told[start : start + 20]))
            placing.make_round()
            time.sleep(0.05)  # Writing outlasts some lives of the reader and of the server.

    kept: list[dict[str, Any]] = []
    with _serving(migrated.environment) as fragile:
        http, last_id = caller(at=fragile), _beginning(caller(at=fragile))
        writing = threading.Thread(target=write)
        writing.start()
        while len(kept) < len(told):
            some, last_id = _read_some(http, last_id, chance.randint(1, 120), len(told) - len(kept))
            kept += some
            if chance.random() < 0.15:
                fragile.kill()
                fragile.start()
        writing.join()
    assert sorted(_ids(kept)) == sorted(_ids(told))
    for client_id in clients:
        mine = [each["aggregateversion"] for each in kept if each["client_id"] == str(client_id)]
        assert mine == sorted(mine)


def _beginning(http: httpx.Client) -> str:
    return str(http.get(EVENTS, params={"limit": 1}).json()["next"])


def _read_some(
    http: httpx.Client, last_id: str, most: int, left: int
) -> tuple[list[dict[str, Any]], str]:
    kept = []
    with reading(http, last_id=last_id) as stream:
        for event in stream.events():
            kept.append(event)
            if len(kept) >= min(most, left):
                break
    return kept, str(stream.last_id or last_id)
