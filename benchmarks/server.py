"""The HTTP server under our own application: granian against gunicorn.

One create to two updates to four reads, eight callers at once, each server with the same
workers and threads. This decides the default of `CLIENTELE_SERVER`.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from functools import partial

from benchmarks.load import per_second
from benchmarks.results import Figure, interleaved, median
from benchmarks.stack import CLIENTELE, Stack, new_workspace, process
from devstack.ports import free_port
from devstack.probes import says_ok

SERVERS = ("granian", "gunicorn")


@dataclass(frozen=True)
class Scale:
    """How long each is asked, and how often."""

    rounds: int
    seconds: float


FULL = Scale(rounds=5, seconds=6.0)
QUICK = Scale(rounds=2, seconds=2.0)


def measure(stack: Stack, *, quick: bool) -> list[Figure]:
    """Both serve the clients service beside the stack's own, in turns."""
    scale = QUICK if quick else FULL
    with contextlib.ExitStack() as running:
        ports = {name: _start(running, name) for name in SERVERS}
        systems = {name: partial(_mixed, port, scale.seconds) for name, port in ports.items()}
        for system in systems.values():
            system()
        found = interleaved(systems, scale.rounds)
    granian, gunicorn = (median(found[name]) for name in SERVERS)
    return [Figure("server_granian_vs_gunicorn", granian, gunicorn, "requests/s")]


def _mixed(port: int, seconds: float) -> float:
    return per_second(port, "mixed", new_workspace(), seconds)


def _start(running: contextlib.ExitStack, server: str) -> int:
    port = free_port()
    running.enter_context(
        process(
            [CLIENTELE, "run", "clients-api"],
            partial(says_ok, "127.0.0.1", port, "/readyz"),
            CLIENTELE_SERVER=server,
            CLIENTELE_BIND=f"127.0.0.1:{port}",
        )
    )
    return port
