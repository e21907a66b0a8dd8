"""The list of a workspace with a million clients, against that of one with a thousand.

Each call is asked of both in turns, over HTTP, by one caller. The small one was asked before
there was a large one as well, when it had tables, statistics and memory to itself: by how much
the neighbour slows the call that it slows most is a figure of its own, without a bound, as the
machine itself is not the same at two times.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import httpx
import psycopg

from benchmarks.population import common_word, populate
from benchmarks.results import Figure, interleaved, median
from benchmarks.stack import Stack, new_workspace
from services.clients.listing.queries.clients import Filters
from shared.http.paging import cursor_after
from shared.runtime import Runtime

SMALL, LARGE, QUICK_LARGE = 1_000, 1_000_000, 20_000
CALLS = 20
PAGE = 50

# The row before the last page.
_BEFORE_LAST = """
    SELECT sort_name, id FROM clients WHERE workspace_id = %s
    ORDER BY sort_name DESC, id DESC OFFSET %s LIMIT 1
"""

#: Words by how frequent they are, the most frequent one first.
_SEARCHES = {"rare": 2_000, "seldom": 300, "common": 30, "frequent": 1}


@dataclass(frozen=True)
class Workspace:
    """Somebody's clients, and the calls that are asked of them: a path and its query each."""

    http: httpx.Client
    calls: Mapping[str, tuple[str, dict[str, Any]]]

    def milliseconds(self, name: str) -> float:
        """What a call takes, the median of some."""
        return median(self._once(*self.calls[name]) for _ in range(CALLS))

    def _once(self, path: str, query: dict[str, Any]) -> float:
        begun = time.perf_counter()
        self.http.get(path, params=query).raise_for_status()
        return (time.perf_counter() - begun) * 1000


def measure(stack: Stack, *, quick: bool) -> list[Figure]:
    """Every call of both workspaces."""
    rounds = 2 if quick else 5
    small = _workspace(stack, SMALL)
    alone = {name: median(_rounds(small, name, rounds)) for name in small.calls}
    large = _workspace(stack, QUICK_LARGE if quick else LARGE)
    figures = {name: _figure(name, small, large, rounds) for name in small.calls}
    slowed = max(alone, key=lambda name: figures[name].reference / alone[name])
    neighbour = figures[slowed].reference, alone[slowed]
    return [*figures.values(), Figure("1k_beside_1m_vs_alone", *neighbour, "ms")]


def _figure(name: str, small: Workspace, large: Workspace, rounds: int) -> Figure:
    systems: dict[str, Callable[[], float]] = {
        "small": partial(small.milliseconds, name),
        "large": partial(large.milliseconds, name),
    }
    found = interleaved(systems, rounds)
    took, reference = median(found["large"]), median(found["small"])
    return Figure(f"{name}_1m_vs_1k", took, reference, "ms", at_most=2.0)


def _rounds(workspace: Workspace, name: str, rounds: int) -> list[float]:
    workspace.milliseconds(name)
    return [workspace.milliseconds(name) for _ in range(rounds)]


def _workspace(stack: Stack, count: int) -> Workspace:
    headers = {"Authorization": f"Bearer {new_workspace()}"}
    http = httpx.Client(base_url=stack.api, headers=headers, timeout=60.0)
    workspace_id = uuid.UUID(http.get("/v1/workspace").raise_for_status().json()["id"])
    populate(stack.superuser, {workspace_id: count})
    searches = {
        f"search_{name}": ("/v1/clients", {"q": common_word(rank)[:-1]})
        for name, rank in _SEARCHES.items()
    }
    calls: dict[str, tuple[str, dict[str, Any]]] = {
        "first_page": ("/v1/clients", {}),
        "last_page": ("/v1/clients", {"cursor": _last(stack, workspace_id)}),
        **searches,
        "filter": ("/v1/clients", {"status": "pending", "industry": "Construction"}),
        "totals": ("/v1/clients/facets", {}),
    }
    workspace = Workspace(http, calls)
    _check(workspace, count)
    return workspace


def _last(stack: Stack, workspace_id: uuid.UUID) -> str:
    """The cursor of the last page; to walk there would take thousands of calls."""
    with psycopg.connect(stack.superuser) as connection:
        row = connection.execute(_BEFORE_LAST, [workspace_id, PAGE]).fetchone()
    vault = Runtime("clients", stack.settings).vault
    return cursor_after(vault, f"clients {Filters.of({}, see_tax_ids=True)}", list(row or ()))


def _check(workspace: Workspace, count: int) -> None:
    answers = {
        name: workspace.http.get(path, params=query).raise_for_status().json()
        for name, (path, query) in workspace.calls.items()
    }
    assert len(answers["last_page"]["data"]) == PAGE
    assert answers["last_page"]["next"] is None
    assert answers["search_frequent"]["data"]
    assert answers["filter"]["data"]
    assert sum(each["count"] for each in answers["totals"]["status"]) == count
