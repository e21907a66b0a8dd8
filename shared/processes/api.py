"""The API process: Flask behind its asynchronous front, under granian or gunicorn."""

from __future__ import annotations

import logging
import multiprocessing
import signal
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from flask import Flask

from shared.http.app import create_api
from shared.http.front import Front
from shared.process import collect_less_often, die_with_parent, hold_many_connections
from shared.service import S, Service
from shared.settings import load, setting

# How long a worker may finish its requests; the supervisor and Compose wait a little longer.
DRAIN_SECONDS = 8
MOST_CONNECTIONS = 2048
# How long a connection may take for the headers of its next request, or do nothing.
HEADERS_SECONDS = 10


@dataclass(frozen=True)
class ServerSettings:
    """How the HTTP server of a service runs."""

    server: str = setting(
        "CLIENTELE_SERVER", "granian", help="HTTP server of the APIs: granian or gunicorn"
    )
    bind: str = setting(
        "CLIENTELE_BIND",
        "",
        help="host:port an API listens on; empty: the host and port of its own service URL",
    )
    workers: int = setting("CLIENTELE_SERVER_WORKERS", 2, help="worker processes per API")
    threads: int = setting("CLIENTELE_SERVER_THREADS", 4, help="threads per worker of an API")

    def address(self, own_url: str) -> tuple[str, int]:
        """Where to listen, given the service's own URL."""
        if self.bind:
            host, _, port = self.bind.rpartition(":")
            return host, int(port)
        parts = urlsplit(own_url)
        return parts.hostname or "127.0.0.1", parts.port or 80


def run(service: Service[S]) -> None:
    """Serve the API of a service until SIGTERM; requests in progress are finished."""
    settings, server = load(service.settings), load(ServerSettings)
    # Imported before the workers are forked, so that they share it; made in each of them, as
    # connections and threads do not survive a fork.
    service.api(settings)
    serve(
        lambda: create_app(service, settings),
        server,
        server.address(settings.service_url(service.name)),
    )


def create_app(service: Service[S], settings: S) -> Flask:
    """The Flask app of a service."""
    return create_api(service.name, settings, service.api(settings))


def serve(make: Callable[[], Flask], server: ServerSettings, address: tuple[str, int]) -> None:
    """Serve an app until SIGTERM; it is made in each worker process."""
    chosen = {"granian": _granian, "gunicorn": _gunicorn}.get(server.server)
    if chosen is None:
        raise SystemExit(f"CLIENTELE_SERVER is {server.server!r}; it can be granian or gunicorn.")

    def make_front() -> Front:
        die_with_parent()
        hold_many_connections()
        # To granian either signal says the same; gunicorn has but one that says so.
        hands_on = signal.SIGINT if server.server == "granian" else None
        front = Front(make(), server.threads, hands_on)
        collect_less_often()
        return front

    chosen(make_front, server, address)


def _granian(make: Callable[[], Front], server: ServerSettings, address: tuple[str, int]) -> None:
    from granian import Granian
    from granian.constants import HTTPModes, Interfaces
    from granian.http import HTTP1Settings
    from granian.log import LogLevels

    multiprocessing.set_start_method("fork", force=True)
    found = Granian(
        "clientele",
        address=address[0],
        port=address[1],
        interface=Interfaces.ASGI,
        # Where either version is taken, a connection on which nothing comes is kept for ever.
        http=HTTPModes.http1,
        http1_settings=HTTP1Settings(header_read_timeout=HEADERS_SECONDS * 1000),
        workers=server.workers,
        # Streams and long polls are many and cost little: this bounds them, not the work.
        backpressure=MOST_CONNECTIONS,
        websockets=False,
        respawn_failed_workers=True,
        respawn_interval=0.1,
        workers_kill_timeout=DRAIN_SECONDS,
        log_level=LogLevels.warning,
    )
    found.serve(target_loader=make, wrap_loader=False)


def _gunicorn(make: Callable[[], Front], server: ServerSettings, address: tuple[str, int]) -> None:
    from gunicorn.app.base import BaseApplication

    class Application(BaseApplication):  # type: ignore[misc]  # gunicorn has no types.
        """gunicorn with its settings given here instead of on a command line."""

        def load_config(self) -> None:
            for key, value in _gunicorn_options(server, address).items():
                self.cfg.set(key, value)

        def load(self) -> Any:
            return make()

    logging.getLogger("gunicorn").setLevel(logging.WARNING)
    Application().run()


def _gunicorn_options(server: ServerSettings, address: tuple[str, int]) -> dict[str, Any]:
    return {
        "bind": f"{address[0]}:{address[1]}",
        "workers": server.workers,
        "worker_class": "asgi",
        "graceful_timeout": DRAIN_SECONDS,
        "keepalive": 15,
        "loglevel": "warning",
    }
