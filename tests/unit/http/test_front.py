"""The asynchronous front: Flask in threads, and what it leaves to the loop."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import orjson
import pytest
from flask import Flask, Response, g, request

from shared.errors import Conflict
from shared.http import bodies
from shared.http import front as front_module
from shared.http import later as later_module
from shared.http.bodies import MAX_BODY_BYTES, allow_long_bodies, long_body
from shared.http.front import Front
from shared.http.lanes import Lane, in_lane
from shared.http.later import Reply, later
from shared.http.problems import register_problem_handlers

Message = dict[str, Any]


class Exchange:
    """One request as a server hands it to an application, and what is sent back."""

    def __init__(self, method: str, path: str, *body: bytes, headers: Any = ()) -> None:
        self.scope = {
            "type": "http", "method": method, "http_version": "1.1", "scheme": "http",
            "raw_path": path.partition("?")[0].encode(), "path": path,
            "query_string": path.partition("?")[2].encode(), "headers": list(headers),
            "client": ("10.0.0.9", 5), "server": ("api", 80),
        }  # fmt: skip
        self.incoming: asyncio.Queue[Message] = asyncio.Queue()
        for number, piece in enumerate(body, 1):
            more = number < len(body)
            self.incoming.put_nowait({"type": "http.request", "body": piece, "more_body": more})
        self.sent: list[Message] = []
        self.has_sent = asyncio.Event()

    async def send(self, message: Any) -> None:
        self.sent.append(dict(message))
        self.has_sent.set()

    def leave(self) -> None:
        self.incoming.put_nowait({"type": "http.disconnect"})

    @property
    def status(self) -> int:
        return int(self.sent[0]["status"])

    @property
    def headers(self) -> dict[bytes, bytes]:
        return dict(self.sent[0]["headers"])

    @property
    def body(self) -> bytes:
        return b"".join(message["body"] for message in self.sent[1:])


@pytest.fixture
def app() -> Flask:
    """An app with the routes that a test adds."""
    app = Flask("test")
    register_problem_handlers(app)

    @app.before_request
    def identify() -> None:
        g.request_id, g.traceparent = "the request", "the trace"

    return app


async def _answer(front: Front, exchange: Exchange) -> Exchange:
    await asyncio.wait_for(front(exchange.scope, exchange.incoming.get, exchange.send), 10)
    return exchange


def _ask(app: Flask, *args: Any, **kwargs: Any) -> Exchange:
    async def run() -> Exchange:
        return await _answer(Front(app, 2), Exchange(*args, **kwargs))

    return asyncio.run(run())


def test_a_request_reaches_flask_as_it_was_sent(app: Flask) -> None:
    @app.post("/caf\u00e9/<name>")
    def view(name: str) -> dict[str, Any]:
        told = [name, request.args.getlist("a"), request.headers["X-Given"], request.remote_addr]
        return {
            "told": told,
            "body": request.get_data(as_text=True),
            "evil": "X-Evil" in request.headers,
        }

    headers = [
        (b"x-given", b"1"), (b"x-given", b"2"), (b"x_evil", b"3"), (b"content-length", b"6"),
    ]  # fmt: skip
    path = "/caf%C3%A9/M%C3%BCller?a=1&a=%20"
    found = _ask(app, "POST", path, b"one", b"two", headers=headers)
    expected = {"told": ["Müller", ["1", " "], "1,2", "10.0.0.9"], "body": "onetwo", "evil": False}
    assert orjson.loads(found.body) == expected
    assert found.headers[b"content-length"] == str(len(found.body)).encode()


def test_a_body_of_unknown_length_is_read_to_its_end(app: Flask) -> None:
    @app.post("/")
    def view() -> str:
        return str(len(request.get_data()))

    chunked = [(b"transfer-encoding", b"chunked")]
    found = _ask(app, "POST", "/", *[b"x" * 70_000] * 5, headers=chunked)
    assert found.body == b"350000"


def test_a_piece_is_sent_before_the_next_is_made_and_the_end_is_told(app: Flask) -> None:
    made, closed = [], threading.Event()

    def pieces() -> Iterator[bytes]:
        try:
            yield b""
            for number in range(3):
                made.append(number)
                yield b"%d" % number
                yield b""
        finally:
            closed.set()

    @app.get("/")
    def view() -> Response:
        return Response(pieces())

    async def run() -> list[int]:
        exchange, counts = Exchange("GET", "/"), []

        async def send(message: Any) -> None:
            counts.append(len(made))
            await exchange.send(message)

        await Front(app, 2)(exchange.scope, exchange.incoming.get, send)
        assert exchange.body == b"012"
        return counts

    assert asyncio.run(run()) == [1, 1, 2, 3, 3]
    assert closed.is_set()


def _later(app: Flask, answer: Callable[[Reply], Awaitable[None]]) -> None:
    @app.get("/later")
    def view() -> Response:
        response = later(answer)
        response.headers["X-Of-The-View"] = "1"
        return response


def test_what_comes_later_has_the_views_headers_and_no_length(app: Flask) -> None:
    async def answer(reply: Reply) -> None:
        await reply.start(201, [("Content-Type", "text/plain")])
        await reply.send(b"a")
        await reply.send(b"b")

    _later(app, answer)
    found = _ask(app, "GET", "/later")
    assert (found.status, found.body) == (201, b"ab")
    assert found.headers[b"content-type"] == b"text/plain"
    assert found.headers[b"x-of-the-view"] == b"1"
    assert b"content-length" not in found.headers
    assert found.sent[-1] == {"type": "http.response.body", "body": b"", "more_body": False}


def test_an_error_before_the_start_is_answered_as_a_views(app: Flask) -> None:
    async def answer(reply: Reply) -> None:
        raise Conflict("Not now.")

    _later(app, answer)
    found = _ask(app, "GET", "/later")
    problem = orjson.loads(found.body)
    assert (found.status, problem["detail"]) == (409, "Not now.")
    assert problem["request_id"] == "the request"
    assert found.headers[b"content-type"] == b"application/problem+json"
    assert found.headers[b"content-length"] == str(len(found.body)).encode()


def test_an_answer_is_given_up_when_its_caller_goes_away(app: Flask) -> None:
    given_up = asyncio.Event()

    async def answer(reply: Reply) -> None:
        try:
            await asyncio.sleep(60)
        finally:
            given_up.set()

    _later(app, answer)

    async def run() -> Exchange:
        exchange = Exchange("GET", "/later")
        exchange.leave()
        return await _answer(Front(app, 2), exchange)

    assert not asyncio.run(run()).sent
    assert given_up.is_set()


@pytest.mark.parametrize("has_begun", [True, False])
def test_a_server_that_stops_ends_what_lasts(app: Flask, has_begun: bool) -> None:
    async def answer(reply: Reply) -> None:
        if has_begun:
            await reply.start(200, [])
            await reply.send(b"begun")
        await asyncio.sleep(60)

    _later(app, answer)

    async def run() -> Exchange:
        front, exchange = Front(app, 2), Exchange("GET", "/later")
        answering = asyncio.create_task(_answer(front, exchange))
        await asyncio.sleep(0.3)  # The answer is under way, and in one case has begun.
        front.stop()
        return await answering

    found = asyncio.run(run())
    assert found.status == (200 if has_begun else 503)
    assert found.sent[-1].get("more_body", False) is False
    assert (found.body == b"begun") is has_begun


def test_a_reader_that_takes_nothing_is_let_go(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(later_module, "STALL_SECONDS", 0.1)

    async def answer(reply: Reply) -> None:
        await reply.start(200, [])
        await reply.send(b"never taken")

    _later(app, answer)

    async def run() -> list[Message]:
        exchange = Exchange("GET", "/later")

        async def send(message: Any) -> None:
            if message["type"] == "http.response.body":
                await asyncio.sleep(60)
            await exchange.send(message)

        await asyncio.wait_for(Front(app, 2)(exchange.scope, exchange.incoming.get, send), 5)
        return exchange.sent

    assert [message["type"] for message in asyncio.run(run())] == ["http.response.start"]


# --- long bodies -------------------------------------------------------------------------


def _take_long_bodies(app: Flask, most: int = 5_000_000) -> None:
    app.config["MAX_CONTENT_LENGTH"] = MAX_BODY_BYTES
    allow_long_bodies(app)

    @app.post("/long")
    @long_body(most)
    def take() -> str:
        return str(sum(len(piece) for piece in iter(lambda: request.stream.read(100_000), b"")))

    @app.post("/short")
    def refuse() -> str:
        return str(len(request.get_data()))


def _sized(*pieces: bytes) -> dict[str, Any]:
    return {"headers": [(b"content-length", str(sum(map(len, pieces))).encode())]}


def test_a_long_body_reaches_a_view_that_takes_one_and_no_other(app: Flask) -> None:
    _take_long_bodies(app)
    pieces = [b"x" * 700_000] * 5
    assert _ask(app, "POST", "/long", *pieces, **_sized(*pieces)).body == b"3500000"
    chunked = [(b"transfer-encoding", b"chunked")]
    assert _ask(app, "POST", "/long", *pieces, headers=chunked).body == b"3500000"
    assert _ask(app, "POST", "/long", b"short", **_sized(b"short")).body == b"5"
    assert _ask(app, "POST", "/short", *pieces, **_sized(*pieces)).status == 413
    assert _ask(app, "POST", "/short", *pieces, headers=chunked).status == 413
    assert _ask(app, "POST", "/nowhere", *pieces, **_sized(*pieces)).status == 404


def test_a_body_longer_than_its_view_takes_is_refused(app: Flask) -> None:
    _take_long_bodies(app, most=3_000_000)
    pieces = [b"x" * 700_000] * 5
    chunked = [(b"transfer-encoding", b"chunked")]
    assert _ask(app, "POST", "/long", *pieces, **_sized(*pieces)).status == 413
    assert _ask(app, "POST", "/long", *pieces, headers=chunked).status == 413


@pytest.mark.parametrize("goes", [True, False])
def test_a_long_body_that_stops_is_given_up(
    app: Flask, monkeypatch: pytest.MonkeyPatch, goes: bool
) -> None:
    monkeypatch.setattr(bodies, "PATIENCE_SECONDS", 20.0 if goes else 0.05)
    _take_long_bodies(app)
    exchange = Exchange("POST", "/long", headers=[(b"content-length", b"3000000")])
    exchange.incoming.put_nowait({"type": "http.request", "body": b"x", "more_body": True})
    if goes:
        exchange.leave()
    asyncio.run(_answer(Front(app, 2), exchange))
    assert exchange.status == (400 if goes else 408)


def test_only_so_many_long_bodies_are_read_at_a_time(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    _take_long_bodies(app)
    front = Front(app, 2)
    monkeypatch.setattr(front_module, "MOST_LONG", 0)
    long = Exchange("POST", "/long", headers=[(b"content-length", b"3000000")])
    assert asyncio.run(_answer(front, long)).status == 503
    short = Exchange("POST", "/short", b"x", headers=[(b"content-length", b"1")])
    assert asyncio.run(_answer(front, short)).body == b"1"


def test_a_long_answer_is_handed_over_in_pieces_and_given_up_with_a_reader_that_takes_none(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    @app.get("/")
    def view() -> bytes:
        return b"x" * 200_000

    found = _ask(app, "GET", "/")
    assert found.body == b"x" * 200_000
    assert max(len(message.get("body", b"")) for message in found.sent) == 65_536
    monkeypatch.setattr(later_module, "STALL_SECONDS", 0.01)

    async def run() -> Exchange:
        exchange = Exchange("GET", "/")
        pieces = iter([None, None])

        async def send(message: Any) -> None:
            if next(pieces, message) is message:
                await asyncio.Event().wait()
            await Exchange.send(exchange, message)

        await asyncio.wait_for(Front(app, 1)(exchange.scope, exchange.incoming.get, send), 10)
        return exchange

    assert len(asyncio.run(run()).body) == 65_536


def test_health_is_told_while_every_thread_is_at_work(app: Flask) -> None:
    begun, may_end = threading.Event(), threading.Event()

    @app.get("/")
    def view() -> str:
        begun.set()
        assert may_end.wait(10)
        return "done"

    @app.get("/healthz")
    def healthz() -> str:
        return "ok"

    async def run() -> tuple[bytes, bytes]:
        front = Front(app, 1)
        slow = asyncio.create_task(_answer(front, Exchange("GET", "/")))
        await asyncio.to_thread(begun.wait, 10)
        health = await _answer(front, Exchange("GET", "/healthz"))
        may_end.set()
        return health.body, (await slow).body

    assert asyncio.run(run()) == (b"ok", b"done")


def test_what_takes_long_holds_no_thread_of_everything_else_and_waits_in_a_short_queue(
    app: Flask,
) -> None:
    begun, may_end = threading.Event(), threading.Event()

    @app.post("/slow")
    @in_lane(Lane("slow", 1, 2))
    def view() -> str:
        begun.set()
        assert may_end.wait(10)
        return "done"

    @app.post("/")
    def other() -> str:
        return "quick"

    async def run() -> tuple[list[int], Exchange]:
        front = Front(app, 1)
        held = [asyncio.create_task(_answer(front, Exchange("POST", "/slow"))) for _ in range(3)]
        await asyncio.to_thread(begun.wait, 10)
        refused = await _answer(front, Exchange("POST", "/slow"))
        quick = await _answer(front, Exchange("POST", "/"))
        assert quick.body == b"quick"
        may_end.set()
        done = [exchange.status for exchange in await asyncio.gather(*held)]
        return [*done, (await _answer(front, Exchange("POST", "/slow"))).status], refused

    statuses, refused = asyncio.run(run())
    assert statuses == [200] * 4
    assert (refused.status, refused.headers[b"retry-after"]) == (429, b"1")
    assert orjson.loads(refused.body)["code"] == "crowded"
