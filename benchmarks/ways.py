"""How soon each way of subscribing tells of a change: feed, stream, webhook and Celery.

All four listen at once, by the client package as `docs/subscribing.md` has it, while clients are
changed at random moments. The clock runs from the answer to the change until the event is at
hand. What it is held against is the change itself: how long its caller has waited for the answer.
"""

from __future__ import annotations

import random
import sqlite3
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, TypeAlias

import httpx
import orjson

from benchmarks.results import Figure, median
from benchmarks.stack import Stack, clientele, new_workspace, process, wait_until
from clientele_client.errors import ClienteleError
from clientele_client.feed import Feed
from clientele_client.shapes import Event
from clientele_client.stream import Stream

NAME = "benchmark"
CHANGED = "clients.client.updated.v1"
CHANGES_PER_SECOND = 3
_LONG_POLL_SECONDS = 20


@dataclass
class Notes:
    """When each version of the client came, as one way has told it."""

    came: dict[int, float] = field(default_factory=dict)

    def take(self, event: Event) -> None:
        """It is here now; what comes again has been here before."""
        if event["type"] == CHANGED:
            self.came.setdefault(int(event["aggregateversion"]), time.time())


@dataclass(frozen=True)
class Change:
    """The version that was made, when it was answered, and how many milliseconds that took."""

    version: int
    answered: float
    call: float


def measure(stack: Stack, *, quick: bool) -> list[Figure]:
    """A hundred changes, told in four ways."""
    token = new_workspace()
    headers = {"Authorization": f"Bearer {token}"}
    with ExitStack() as opened:
        http = opened.enter_context(
            httpx.Client(base_url=stack.api, headers=headers, trust_env=False)
        )
        told = [opened.enter_context(way(stack, http, token)) for way in WAYS.values()]
        client = _made_client(http)
        _changes(http, client, 10)
        changes = _changes(http, client, 20 if quick else 100)
        last = changes[-1].version
        wait_until(lambda: all(last in came() for came in told), 60.0)
        came_by = dict(zip(WAYS, (came() for came in told), strict=True))
    return [figure for way, came in came_by.items() for figure in _figures(way, came, changes)]


def _figures(way: str, came: dict[int, float], changes: list[Change]) -> list[Figure]:
    call = median(change.call for change in changes)
    late = [(came[each.version] - each.answered) * 1000 for each in changes]
    return [
        Figure(f"told_by_{way}_p50_vs_change", median(late), call, "ms"),
        Figure(f"told_by_{way}_worst_vs_change", max(late), call, "ms"),
    ]


def _made_client(http: httpx.Client) -> dict[str, Any]:
    contact = {"email": "office@acme.example"}
    body = {"company_name": "Acme Works", "primary_contact": contact}
    made: dict[str, Any] = _ok(http.post("/v1/clients", json=body))
    return made


def _changes(http: httpx.Client, client: dict[str, Any], count: int) -> list[Change]:
    chance = random.Random(count)
    made = []
    for number in range(count):
        time.sleep(chance.expovariate(CHANGES_PER_SECOND))
        made.append(_change(http, client, f"Acme {count} {number}"))
    return made


def _change(http: httpx.Client, client: dict[str, Any], name: str) -> Change:
    begun = time.time()
    answer = http.patch(
        f"/v1/clients/{client['id']}",
        json={"company_name": name},
        headers={"If-Match": f'"{client["version"]}"'},
    )
    answered = time.time()
    client["version"] = _ok(answer)["version"]
    return Change(client["version"], answered, (answered - begun) * 1000)


# What each way has told so far: when each version came.
Told: TypeAlias = Callable[[], dict[int, float]]


@contextmanager
def _feed(stack: Stack, _: httpx.Client, token: str) -> Iterator[Told]:
    with closing(Feed(stack.api, token)) as feed:
        pages = feed.pages(feed.head(), wait=_LONG_POLL_SECONDS)
        yield _noting(event for page in pages for event in page.events)


@contextmanager
def _stream(stack: Stack, _: httpx.Client, token: str) -> Iterator[Told]:
    with closing(Stream(stack.api, token)) as stream, closing(Feed(stack.api, token)) as feed:
        yield _noting(stream.events(feed.head()))


def _noting(events: Iterable[Event]) -> Told:
    """Note them as they come, in a thread that ends with the process."""
    notes = Notes()

    def listen() -> None:
        with suppress(ClienteleError, httpx.HTTPError, RuntimeError):
            for event in events:
                notes.take(event)

    threading.Thread(target=listen, daemon=True).start()
    return lambda: notes.came


@contextmanager
def _webhook(_: Stack, http: httpx.Client, __: str) -> Iterator[Told]:
    notes = Notes()

    class Receiver(BaseHTTPRequestHandler):
        """Takes what comes."""

        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            """Note it and say so."""
            notes.take(orjson.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Nothing is said."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Receiver) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}/"
        _ok(http.post("/v1/webhooks", json={"url": url, "types": [CHANGED]}))
        yield lambda: notes.came
        server.shutdown()


@contextmanager
def _celery(stack: Stack, http: httpx.Client, token: str) -> Iterator[Told]:
    workspace = str(_ok(http.get("/v1/me"))["workspace"]["id"])
    whose = (NAME, "--workspace", workspace)
    added = orjson.loads(clientele("subscribers", "add", *whose, "--from-now", "--json"))
    command = [
        *(sys.executable, "-m", "celery", "-A", "benchmarks.subscribed"),
        *("worker", "-P", "solo", "-Q", f"{NAME}.ingest"),
    ]
    with tempfile.TemporaryDirectory() as folder:
        notes = str(Path(folder) / "notes.db")
        env = {"BROKER_URL": str(stack.settings.broker_url), "NOTES": notes, "NAME": NAME,
               "API": stack.api, "TOKEN": token, "START": added["start"]}  # fmt: skip

        def came() -> dict[int, float]:
            with closing(sqlite3.connect(notes)) as store:
                return dict(store.execute("SELECT version, min(at) FROM noted GROUP BY 1"))

        with process(command, lambda: Path(notes).exists(), **env):
            yield came
    clientele("subscribers", "remove", *whose)


#: The ways in the order of the page's table.
WAYS = {"feed": _feed, "stream": _stream, "webhook": _webhook, "celery": _celery}


def _ok(answer: httpx.Response) -> Any:
    if answer.is_error:
        raise SystemExit(f"{answer.request.url}: {answer.text}")
    return answer.json() if answer.content else None
