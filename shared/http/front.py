"""The asynchronous front of an API (ASGI): Flask answers in threads, the loop what comes later."""

from __future__ import annotations

import asyncio
import contextvars
import io
import signal
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, MutableMapping
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from functools import partial
from typing import Any, Final
from urllib.parse import unquote_to_bytes

from flask import Flask, Response

from shared.errors import DomainError, Unavailable
from shared.http.bodies import MOST_LONG, Arriving, Bodies, Receive, is_long
from shared.http.lanes import Lanes, lane_of
from shared.http.later import (
    LATER,
    STALL_SECONDS,
    Headers,
    Later,
    Reply,
    Send,
    Stalled,
    encoded,
    send_in_time,
)
from shared.http.problems import domain_problem
from shared.logging import get_logger
from shared.process import let_go_of_stalled

Scope = MutableMapping[str, Any]

_log = get_logger(__name__)

_OF_ONE_CALL: Final = ("content-length", "content-type")
_HEALTH: Final = ("/healthz", "/readyz")
_END: Final = b""
# What is handed to the server in one piece: it holds what its caller has not read yet.
_AT_ONCE: Final = 65_536


@dataclass(slots=True)
class _Answered:
    """What Flask has answered: all of the body, or the rest of it still to be made."""

    status: int
    headers: Headers
    body: bytes
    rest: Iterator[bytes] | None = None
    close: Callable[[], None] | None = None


class Front:
    """One API as an ASGI application, with so many threads for Flask.

    `hands_on` is the signal by which the server is told to stop once SIGTERM has ended what
    lasts; None leaves SIGTERM to the server.
    """

    def __init__(self, app: Flask, threads: int, hands_on: signal.Signals | None = None) -> None:
        self._app = app
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="requests")
        self._long_threads = ThreadPoolExecutor(MOST_LONG, thread_name_prefix="long-bodies")
        # However much is waiting, whoever asks how this process does is told.
        self._health_threads = ThreadPoolExecutor(1, thread_name_prefix="health")
        self._lanes = Lanes()
        self._long = 0
        self._hands_on = hands_on
        self._bodies = Bodies()
        self._lasting: set[asyncio.Future[None]] = set()
        self._is_asked = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request, or the server's own beginning and end."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
            return
        self._note_first(scope)
        environ, context = _environ(scope), contextvars.Context()
        try:
            answered = await self._answered(scope, environ, receive, context)
        except DomainError as error:
            await self._refuse(error, send)
            return
        left = environ.get(LATER)
        if left is not None:
            await self._answer_later(left, answered, receive, send)
            return
        await self._send(answered, context, send)

    def _note_first(self, scope: Scope) -> None:
        """The server listens by now, which it does not yet when it tells of its beginning."""
        if not self._is_asked and scope.get("server"):
            self._is_asked = True
            let_go_of_stalled(int(scope["server"][1]), STALL_SECONDS)

    async def _answered(
        self,
        scope: Scope,
        environ: dict[str, Any],
        receive: Receive,
        context: contextvars.Context,
    ) -> _Answered:
        loop, call = asyncio.get_running_loop(), partial(context.run, self._call, environ)
        if not is_long(self._app, environ):
            body = await self._bodies.whole(scope["headers"], receive)
            environ["wsgi.input"] = io.BytesIO(body)
            # Of a body in chunks Flask would take what may be and leave the rest, without a word.
            if environ.pop("HTTP_TRANSFER_ENCODING", None) is not None:
                environ["CONTENT_LENGTH"] = str(len(body))
            with self._place(environ) as threads:
                return await loop.run_in_executor(threads, call)
        if self._long == MOST_LONG:
            raise Unavailable("Too many long bodies are being sent at once; try again.")
        environ["wsgi.input"] = io.BufferedReader(Arriving(receive, loop))
        self._long += 1
        try:
            return await loop.run_in_executor(self._long_threads, call)
        finally:
            self._long -= 1

    def _place(self, environ: dict[str, Any]) -> AbstractContextManager[Executor]:
        if environ["PATH_INFO"] in _HEALTH:
            return nullcontext(self._health_threads)
        lane = lane_of(self._app, environ)
        return nullcontext(self._threads) if lane is None else self._lanes.place(lane)

    async def _refuse(self, error: DomainError, send: Send) -> None:
        """Answer what has not come as far as Flask, and end its connection."""
        with self._app.app_context():
            response = domain_problem(error)
        headers = [*response.headers.items(), ("Connection", "close")]
        answered = _Answered(response.status_code, headers, response.get_data())
        await self._send(answered, contextvars.Context(), send)

    def stop(self) -> None:
        """End what lasts; who was reading comes back and goes on."""
        for answering in list(self._lasting):
            answering.cancel()

    async def _live(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup" and self._hands_on is not None:
                asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, self._hand_on)
            await send({"type": f"{message['type']}.complete"})
            if message["type"] == "lifespan.shutdown":
                return

    def _hand_on(self) -> None:
        self.stop()
        assert self._hands_on is not None
        signal.raise_signal(self._hands_on)

    def _call(self, environ: dict[str, Any]) -> _Answered:
        """Have Flask answer, in one of its threads."""
        started: list[tuple[int, list[tuple[str, str]]]] = []

        def start_response(status: str, headers: list[tuple[str, str]], *_: Any) -> Any:
            started.append((int(status[:3]), headers))

        pieces = self._app.wsgi_app(environ, start_response)
        status, headers = started[-1]
        close = getattr(pieces, "close", None)
        if not any(name.lower() == "content-length" for name, _ in headers):
            rest = iter(pieces)
            return _Answered(status, headers, _next_piece(rest), rest, close)
        try:
            return _Answered(status, headers, b"".join(pieces))
        finally:
            if close is not None:
                close()

    async def _send(self, answered: _Answered, context: contextvars.Context, send: Send) -> None:
        head = {"status": answered.status, "headers": encoded(answered.headers)}
        await send({"type": "http.response.start", **head})
        try:
            await self._send_body(answered, context, send)
        except Stalled:
            # The server then ends the connection, as the answer is not whole.
            return
        finally:
            if answered.close is not None:
                await self._in_thread(partial(context.run, answered.close))

    async def _send_body(
        self, answered: _Answered, context: contextvars.Context, send: Send
    ) -> None:
        """A thread is held while a piece is made, and none while it is sent."""
        piece, rest = answered.body, answered.rest
        while rest is not None and piece:
            await send_in_time(send, piece, more=True)
            piece = await self._in_thread(partial(context.run, _next_piece, rest))
        last = len(piece) - len(piece) % _AT_ONCE
        for start in range(0, last, _AT_ONCE):
            await send_in_time(send, piece[start : start + _AT_ONCE], more=True)
        await send_in_time(send, piece[last:], more=False)

    async def _in_thread(self, work: Callable[[], Any]) -> Any:
        return await asyncio.get_running_loop().run_in_executor(self._threads, work)

    async def _answer_later(
        self, left: Later, answered: _Answered, receive: Receive, send: Send
    ) -> None:
        given = [(n.lower(), v) for n, v in answered.headers if n.lower() not in _OF_ONE_CALL]
        reply = Reply(send, given)
        answering = asyncio.ensure_future(left.answer(reply))
        watching = asyncio.create_task(_cancel_when_gone(receive, answering))
        self._lasting.add(answering)
        await asyncio.wait({answering})
        self._lasting.discard(answering)
        is_gone = watching.done()
        watching.cancel()
        if not is_gone:
            await self._finish(left, answering, reply, given, send)

    async def _finish(
        self, left: Later, answering: asyncio.Future[None], reply: Reply, given: Headers, send: Send
    ) -> None:
        """The end of the answer, or a refusal where it has not begun."""
        error = None if answering.cancelled() else answering.exception()
        if reply.is_started:
            if error is not None and not isinstance(error, Stalled):
                _log.warning("an answer broke off", error=repr(error))
            if not isinstance(error, Stalled):
                await reply.finish()
            return
        stopping = Unavailable("This server is about to stop; another one takes over.")
        wrong = error if isinstance(error, Exception) else stopping
        response: Response = await self._in_thread(partial(left.refuse, wrong))
        headers = {**dict(given), **{n.lower(): v for n, v in response.headers.items()}}
        answer = _Answered(response.status_code, headers.items(), response.get_data())
        await self._send(answer, contextvars.Context(), send)


def _next_piece(rest: Iterator[bytes]) -> bytes:
    """The next piece that is not empty; an empty one is the end."""
    return next((piece for piece in rest if piece), _END)


async def _cancel_when_gone(receive: Receive, answering: asyncio.Future[None]) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    answering.cancel()


def _environ(scope: Scope) -> dict[str, Any]:
    """The request as Flask reads it (PEP 3333), but for its body."""
    host, port = scope.get("server") or ("", 0)
    client = scope.get("client") or ("", 0)
    return {
        "REQUEST_METHOD": scope["method"],
        "SCRIPT_NAME": "",
        "PATH_INFO": _path(scope),
        "QUERY_STRING": scope["query_string"].decode("latin-1"),
        "SERVER_PROTOCOL": f"HTTP/{scope['http_version']}",
        "SERVER_NAME": host,
        "SERVER_PORT": str(port),
        "REMOTE_ADDR": client[0],
        "REMOTE_PORT": str(client[1]),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope["scheme"],
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
        # The body ends where it ends, whether its length was told or not.
        "wsgi.input_terminated": True,
        **_header_variables(scope["headers"]),
    }


def _path(scope: Scope) -> str:
    raw = scope.get("raw_path")
    if raw is None:
        return str(scope["path"]).encode().decode("latin-1")
    return unquote_to_bytes(raw.partition(b"?")[0]).decode("latin-1")


def _header_variables(headers: Iterable[tuple[bytes, bytes]]) -> Mapping[str, str]:
    found: dict[str, str] = {}
    for raw_name, raw_value in headers:
        # With an underscore it would pass for one with a hyphen.
        if b"_" in raw_name:
            continue
        name, value = (
            raw_name.decode("latin-1").upper().replace("-", "_"),
            raw_value.decode("latin-1"),
        )
        if name not in {"CONTENT_TYPE", "CONTENT_LENGTH"}:
            name = f"HTTP_{name}"
        found[name] = f"{found[name]},{value}" if name in found else value
    return found
