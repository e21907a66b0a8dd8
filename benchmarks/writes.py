"""Clients created and updated per second over HTTP, eight callers at once, against the floor.

Both stand behind the same server with the workers and threads of `clientele up`, write to the
same tables under the same row-level security, and are asked for the same things by the same
generator. What they write goes down the same pipeline while it is measured.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from urllib.parse import urlsplit

from benchmarks.load import per_second
from benchmarks.results import Figure, interleaved, median
from benchmarks.stack import Stack, new_workspace, process
from devstack.ports import free_port
from devstack.probes import says_ok


@dataclass(frozen=True)
class Scale:
    """How long each is asked, and how often."""

    rounds: int
    seconds: float


FULL = Scale(rounds=5, seconds=8.0)
QUICK = Scale(rounds=2, seconds=2.0)


def measure(stack: Stack, *, quick: bool) -> list[Figure]:
    """Creates, then updates: the product and the floor in turns."""
    scale = QUICK if quick else FULL
    return [_figure(stack, kind, scale) for kind in ("create", "update")]


def _figure(stack: Stack, kind: str, scale: Scale) -> Figure:
    api = urlsplit(stack.api).port or 80
    systems: dict[str, Callable[[], float]] = {
        "ours": lambda: per_second(api, kind, new_workspace(), scale.seconds),
        "floor": lambda: _of_a_floor(kind, scale.seconds),
    }
    for system in systems.values():
        system()
    found = interleaved(systems, scale.rounds)
    ours, floor = (median(found[name]) for name in ("ours", "floor"))
    return Figure(f"{kind}_vs_floor", ours, floor, "requests/s", at_least=0.4)


def _of_a_floor(kind: str, seconds: float) -> float:
    """A floor of its own for each round: it writes to the workspace that it has recorded, where
    codes that are taken already would let it write nothing."""
    port, token = free_port(), new_workspace()
    command = [sys.executable, "-m", "benchmarks.floor", str(port), token]
    with process(command, partial(says_ok, "127.0.0.1", port, "/readyz")):
        return per_second(port, kind, token, seconds)
