"""The two pages that are opened most, against the calls of the API that they make.

A workspace of 100,000 clients. A page and its calls are asked in turns by one caller each, so
that a noisy moment falls on both; what is compared is the 95th percentile of either.
"""

from __future__ import annotations

import re
import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import httpx

from benchmarks.population import populate
from benchmarks.results import Figure, percentile
from benchmarks.stack import Owner, Stack, new_owner

CLIENTS, QUICK_CLIENTS = 100_000, 5_000
TIMES, QUICK_TIMES = 300, 40
#: What a process does once, at its first requests, belongs to no page.
_WARM_UP: Final = 20
_TOKEN: Final = re.compile(r'name="form_token" value="([^"]+)"')


@dataclass(frozen=True)
class Opened:
    """A page, and the calls that it makes while it is opened."""

    name: str
    path: str
    calls: Sequence[str]


def measure(stack: Stack, *, quick: bool) -> list[Figure]:
    """The list and the view of a client."""
    owner = new_owner()
    headers = {"Authorization": f"Bearer {owner.token}"}
    api = httpx.Client(base_url=stack.api, headers=headers, timeout=60.0)
    workspace_id = uuid.UUID(api.get("/v1/workspace").raise_for_status().json()["id"])
    populate(stack.superuser, {workspace_id: QUICK_CLIENTS if quick else CLIENTS})
    reader = _signed_in(stack.web, owner)
    times = QUICK_TIMES if quick else TIMES
    return [_figure(opened, reader, api, times) for opened in _pages(api)]


def _pages(api: httpx.Client) -> Sequence[Opened]:
    listed = "/v1/clients?sort=company_name&limit=50"
    client_id = api.get(listed).raise_for_status().json()["data"][0]["id"]
    return (
        Opened("list", "/clients", (listed, "/v1/clients/facets", "/v1/views")),
        Opened("view", f"/clients/{client_id}", (f"/v1/clients/{client_id}/overview",)),
    )


def _figure(opened: Opened, reader: httpx.Client, api: httpx.Client, times: int) -> Figure:
    pages: list[float] = []
    calls: list[float] = []
    for _ in range(_WARM_UP + times):
        pages.append(_milliseconds(lambda: _ask(reader, opened.path)))
        calls.append(_milliseconds(lambda: _ask(api, *opened.calls)))
    page, against = (percentile(found[_WARM_UP:], 0.95) for found in (pages, calls))
    return Figure(f"page_{opened.name}_vs_calls", page, against, "ms", at_most=1.5)


def _milliseconds(do: Callable[[], None]) -> float:
    begun = time.perf_counter()
    do()
    return (time.perf_counter() - begun) * 1000


def _ask(http: httpx.Client, *paths: str) -> None:
    for path in paths:
        assert http.get(path).raise_for_status().status_code == httpx.codes.OK


def _signed_in(web: str, owner: Owner) -> httpx.Client:
    """A browser's session; being led back to the sign-in page would be an answer that is not OK."""
    reader = httpx.Client(base_url=web, timeout=60.0)
    found = _TOKEN.search(reader.get("/sign-in").raise_for_status().text)
    assert found is not None
    form = {"form_token": found[1], "email": owner.email, "password": owner.password}
    assert reader.post("/sign-in", data=form).status_code == httpx.codes.SEE_OTHER
    return reader
