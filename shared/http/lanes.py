"""Lanes: what takes long has a few threads of its own, and never those of everything else.

A view names its lane, if it has one. So many of a lane's requests are carried out at once in a
process, so many wait for their turn without a thread, and more are refused.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from flask import Flask
from werkzeug.exceptions import HTTPException
from werkzeug.routing import MapAdapter

from shared.errors import TooMany

V = TypeVar("V", bound=Callable[..., Any])
_LANE: Final = "lane"


@dataclass(frozen=True, slots=True)
class Lane:
    """How many requests have a thread at a time, and how many may wait for one."""

    name: str
    threads: int
    waiting: int


#: Making a hash takes much memory and time on purpose, so only so many are made at once.
PASSWORDS: Final = Lane("passwords", max(1, (os.cpu_count() or 1) // 2), 20)
#: Files that are looked through, here or by another service, while their sender waits.
CHECKS: Final = Lane("checks", 2, 20)


class Crowded(TooMany):
    """As many requests as a lane has room for are there already."""

    code = "crowded"
    title = "Too many ask for this at the same moment"


class Lanes:
    """The lanes of one process; their threads begin with the first request."""

    def __init__(self) -> None:
        self._threads: dict[Lane, Executor] = {}
        self._there: Counter[Lane] = Counter()

    @contextmanager
    def place(self, lane: Lane) -> Iterator[Executor]:
        """The threads of a lane, for one request; raises `Crowded`."""
        if self._there[lane] == lane.threads + lane.waiting:
            raise Crowded("Try again in a moment.", retry_after=1)
        if lane not in self._threads:
            self._threads[lane] = ThreadPoolExecutor(lane.threads, thread_name_prefix=lane.name)
        self._there[lane] += 1
        try:
            yield self._threads[lane]
        finally:
            self._there[lane] -= 1


def in_lane(lane: Lane) -> Callable[[V], V]:
    """Have a view carried out in a lane."""

    def decorate(view: V) -> V:
        view.__dict__[_LANE] = lane
        return view

    return decorate


def lane_of(app: Flask, environ: dict[str, Any]) -> Lane | None:
    """The lane of the view that a request is for."""
    if environ["REQUEST_METHOD"] in {"GET", "HEAD"}:
        return None
    return getattr(view_of(app, environ), _LANE, None)


def view_of(app: Flask, environ: dict[str, Any]) -> Callable[..., Any] | None:
    """The view that a request is for, if there is one."""
    found: MapAdapter = app.url_map.bind("")
    try:
        endpoint, _ = found.match(environ["PATH_INFO"], environ["REQUEST_METHOD"])
    except HTTPException:
        return None
    return app.view_functions.get(endpoint)
