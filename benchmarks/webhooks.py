"""Webhook deliveries per second of one dispatcher, against a bare httpx loop.

Ours: a backlog stands in the feed while the webhook is paused; the clock runs from its resuming
until the receiver has all of it. In between is everything a delivery is: the feed is read, each
message signed, sent in order per client, and what came of it noted. The loop posts a body of
the same size to the same receiver, over one kept connection, and knows nothing of any of it.
"""

from __future__ import annotations

import sys
import time
import uuid
from dataclasses import dataclass
from functools import partial
from typing import Any

import httpx
import orjson
import psycopg

from benchmarks.results import Figure, interleaved, median
from benchmarks.stack import Stack, process, wait_until
from devstack.ports import free_port
from shared.contracts.catalogue import find
from shared.ids import uuid7

TYPE = "clients.client.updated.v1"
CLIENTS = 100

_ADD_EVENTS = """
    INSERT INTO events (event_id, workspace_id, client_id, source, epoch, pos, type, subject,
                        aggregate_version, occurred_at, actor, correlation_id, data)
    SELECT CAST(e AS uuid), %(workspace)s, (CAST(%(clients)s AS uuid[]))[1 + n %% %(many)s],
           '/benchmark', %(epoch)s, n, %(type)s, 'client/x', n, clock_timestamp(),
           '{"kind": "user", "id": "1", "name": "Jo Park"}', 'benchmark', %(data)s
    FROM unnest(CAST(%(ids)s AS text[])) WITH ORDINALITY AS given(e, n)
"""
_PLACE = """
    INSERT INTO feed (pos, workspace_id, source, source_pos, event_id, client_id, type, parked,
                      size, payload_hash, seal)
    SELECT %(last)s + n, %(workspace)s, '/benchmark', n, CAST(e AS uuid),
           (CAST(%(clients)s AS uuid[]))[1 + n %% %(many)s], %(type)s, false, 0, '', ''
    FROM unnest(CAST(%(ids)s AS text[])) WITH ORDINALITY AS given(e, n)
"""


@dataclass(frozen=True)
class Scale:
    """How much is sent, and how often."""

    rounds: int
    deliveries: int


FULL = Scale(rounds=5, deliveries=5_000)
QUICK = Scale(rounds=2, deliveries=1_000)


@dataclass(frozen=True)
class Receiving:
    """A receiver and the API whose webhook leads to it."""

    api: httpx.Client
    stack: Stack
    url: str

    def count(self) -> int:
        """How many posts it has taken."""
        return int(httpx.get(self.url, trust_env=False).text)


def measure(stack: Stack, *, quick: bool) -> list[Figure]:
    """Ours and the loop, in turns."""
    scale = QUICK if quick else FULL
    port = free_port()
    url = f"http://127.0.0.1:{port}/"
    command = [sys.executable, "-m", "benchmarks.sink", str(port)]
    token = {"Authorization": f"Bearer {stack.token}"}
    with (
        process(command, partial(_answers, url)),
        httpx.Client(base_url=stack.api, headers=token, trust_env=False) as api,
    ):
        receiving = Receiving(api, stack, url)
        deliveries_per_second(receiving, 200)
        found = interleaved(
            {
                "ours": lambda: deliveries_per_second(receiving, scale.deliveries),
                "httpx": lambda: posts_per_second(receiving, scale.deliveries),
            },
            scale.rounds,
        )
    ours, loop = (median(found[name]) for name in ("ours", "httpx"))
    return [Figure("webhooks_vs_httpx", ours, loop, "deliveries/s", at_least=0.5)]


def deliveries_per_second(receiving: Receiving, count: int) -> float:
    """A backlog, from the resuming of its webhook until the last of it has arrived."""
    webhook = _ok(receiving.api.post("/v1/webhooks", json={"url": receiving.url, "types": ["*"]}))
    path = f"/v1/webhooks/{webhook['id']}"
    _ok(receiving.api.post(f"{path}/pause"))
    workspace = _ok(receiving.api.get("/v1/me"))["workspace"]["id"]
    _add_backlog(receiving.stack, uuid.UUID(workspace), count)
    wanted = receiving.count() + count
    start = time.perf_counter()
    _ok(receiving.api.post(f"{path}/resume"))
    wait_until(lambda: receiving.count() >= wanted, 300)
    taken = time.perf_counter() - start
    _ok(receiving.api.delete(path))
    return count / taken


def posts_per_second(receiving: Receiving, count: int) -> float:
    """A loop that posts a body of the same size."""
    body = orjson.dumps({"data": find(TYPE).example(), "rest": "x" * 500})
    with httpx.Client(trust_env=False) as http:
        start = time.perf_counter()
        for _ in range(count):
            http.post(receiving.url, content=body)
        return count / (time.perf_counter() - start)


def _add_backlog(stack: Stack, workspace: uuid.UUID, count: int) -> None:
    """Events with their places, as if they had come all at once."""
    given: dict[str, Any] = {
        "workspace": workspace,
        "clients": [str(uuid7()) for _ in range(CLIENTS)],
        "many": CLIENTS,
        "ids": [str(uuid7()) for _ in range(count)],
        "epoch": uuid.uuid4(),
        "type": TYPE,
        "data": orjson.dumps(find(TYPE).example()).decode(),
    }
    with psycopg.connect(stack.databases["activity"]) as activity:
        row = activity.execute("SELECT last_pos FROM feed_state FOR UPDATE").fetchone()
        assert row is not None
        activity.execute(_ADD_EVENTS, given)
        activity.execute(_PLACE, {**given, "last": row[0]})
        activity.execute("UPDATE feed_state SET last_pos = last_pos + %s", [count])


def _ok(answer: httpx.Response) -> Any:
    if answer.is_error:
        raise SystemExit(f"{answer.request.url}: {answer.text}")
    return answer.json() if answer.content else None


def _answers(url: str) -> bool:
    try:
        return httpx.get(url, trust_env=False).is_success
    except httpx.HTTPError:
        return False
