"""Services as the façade may find them: serving, dead, or frozen."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask
from werkzeug.serving import WSGIRequestHandler, make_server

LOOPBACK = "127.0.0.1"


class _Quiet(WSGIRequestHandler):
    def log_request(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def serving(app: Flask, port: int = 0) -> Iterator[str]:
    """The app on a real port, answering in threads; its address."""
    server = make_server(LOOPBACK, port, app, threaded=True, request_handler=_Quiet)
    # How often it looks whether it is to end.
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield f"http://{LOOPBACK}:{server.port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def frozen(port: int = 0) -> Iterator[str]:
    """A port that takes connections and requests and never says a word, as after SIGSTOP."""
    with socket.create_server((LOOPBACK, port), backlog=128) as listener:
        held: list[socket.socket] = []
        thread = threading.Thread(target=_hold, args=(listener, held), daemon=True)
        thread.start()
        yield f"http://{LOOPBACK}:{listener.getsockname()[1]}"
        listener.shutdown(socket.SHUT_RDWR)
        thread.join()
        for connection in held:
            connection.close()


def _hold(listener: socket.socket, held: list[socket.socket]) -> None:
    while True:
        try:
            held.append(listener.accept()[0])
        except OSError:
            return


def dead_address() -> str:
    """The address of a port that nobody listens on."""
    with socket.create_server((LOOPBACK, 0)) as listener:
        return f"http://{LOOPBACK}:{listener.getsockname()[1]}"


def port_of(address: str) -> int:
    """The port of an address made here."""
    return int(address.rpartition(":")[2])
