"""The timeline of a client with a million entries against that of one with ten thousand, and the
feed against a plain `SELECT` of the same rows.

Both clients stand in a table of ten million entries. Pages are asked for over HTTP by one
caller, in turns: the first, one in the middle and the last, each way, and a first page by each
filter: of a kind, a person and a kind of actor that are rare, and of days in the middle. The feed
is read from its beginning to its end in pages of 1,000; so is the reference, by psycopg, which
parses nothing either.
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
from sqlalchemy.engine import make_url

from benchmarks.results import Figure, interleaved, median
from benchmarks.stack import Stack, new_workspace
from services.activity.events.queries.timeline import Filter
from shared.http.paging import cursor_after
from shared.ids import uuid7
from shared.runtime import Runtime

SMALL, LARGE, TABLE = 10_000, 1_000_000, 10_000_000
QUICK_SMALL, QUICK_LARGE, QUICK_TABLE = 2_000, 60_000, 200_000
FEED = 20_000
CALLS, PAGE = 20, 50
_OTHERS = 1_000

# Every thousandth entry is of a rare kind, and the one after it somebody else's; each says what
# changed in some hundred bytes.
_FILL = """
    INSERT INTO events (event_id, workspace_id, client_id, source, epoch, pos, type, subject,
                        aggregate_version, occurred_at, actor, correlation_id, data)
    SELECT gen_random_uuid(), %(workspace)s, %(client)s, '/clients', %(epoch)s, %(start)s + n,
           CASE WHEN n %% 1000 = 0 THEN 'clients.contact.added.v1'
                ELSE 'clients.client.updated.v1' END,
           'client/' || %(client)s, n, now() - make_interval(secs => %(count)s - n),
           CASE WHEN n %% 1000 = 1 THEN %(rare)s ELSE %(often)s END::jsonb, 'benchmark',
           jsonb_build_object('changes', jsonb_build_array(jsonb_build_object(
               'field', 'current_systems', 'before', 'System ' || n, 'after', 'System ' || n + 1)))
    FROM generate_series(1, %(count)s) AS n
"""
_PLACE = """
    INSERT INTO feed (pos, workspace_id, source, source_pos, event_id, client_id, type, parked,
                      size, payload_hash, seal)
    SELECT row_number() OVER (ORDER BY pos) + %(last)s, workspace_id, source, pos, event_id,
           client_id, type, false, octet_length(data::text), '', ''
    FROM (SELECT * FROM events WHERE workspace_id = %(workspace)s AND client_id = %(client)s
            AND correlation_id = 'benchmark' ORDER BY pos LIMIT %(count)s) AS e
"""
_PLAIN = """
    SELECT e.* FROM feed f JOIN events e USING (event_id)
    WHERE f.workspace_id = %s AND f.pos > %s ORDER BY f.pos LIMIT 1000
"""
_OFTEN = '{"kind": "user", "id": null, "name": "Jo Park"}'
_RARE = '{"kind": "contact", "id": null, "name": "Ana Ruiz"}'
_AT = """
    SELECT occurred_at, source, pos FROM events WHERE workspace_id = %s AND client_id = %s
    ORDER BY occurred_at DESC OFFSET %s LIMIT 1
"""


@dataclass(frozen=True)
class Timeline:
    """A client's timeline and the calls that are asked of it."""

    http: httpx.Client
    path: str
    calls: Mapping[str, dict[str, Any]]

    def milliseconds(self, name: str) -> float:
        """What a call takes, the median of some."""
        return median(self._once(self.calls[name]) for _ in range(CALLS))

    def _once(self, query: dict[str, Any]) -> float:
        begun = time.perf_counter()
        self.http.get(self.path, params=query).raise_for_status()
        return (time.perf_counter() - begun) * 1000


def measure(stack: Stack, *, quick: bool) -> list[Figure]:
    """Every page of both timelines, and the feed."""
    sizes = (QUICK_SMALL, QUICK_LARGE, QUICK_TABLE) if quick else (SMALL, LARGE, TABLE)
    token = new_workspace()
    headers = {"Authorization": f"Bearer {token}"}
    http = httpx.Client(base_url=stack.api, headers=headers, timeout=60.0)
    workspace = uuid.UUID(http.get("/v1/workspace").raise_for_status().json()["id"])
    clients = [uuid.UUID(_client(http, name)) for name in ("Small", "Large")]
    with psycopg.connect(_activity(stack), autocommit=True) as database:
        _fill(database, workspace, dict(zip(clients, sizes[:2], strict=True)), sizes[2])
        small, large = (
            _timeline(stack, http, database, workspace, client, size)
            for client, size in zip(clients, sizes[:2], strict=True)
        )
        rounds = 2 if quick else 5
        figures = [_figure(name, small, large, rounds) for name in small.calls]
        return [*figures, _feed(http, database, workspace, clients[0], rounds)]


def _figure(name: str, small: Timeline, large: Timeline, rounds: int) -> Figure:
    systems: dict[str, Callable[[], float]] = {
        "small": partial(small.milliseconds, name),
        "large": partial(large.milliseconds, name),
    }
    found = interleaved(systems, rounds)
    took, reference = median(found["large"]), median(found["small"])
    return Figure(f"timeline_{name}_1m_vs_10k", took, reference, "ms", at_most=1.5)


def _client(http: httpx.Client, name: str) -> str:
    body = {"company_name": name, "primary_contact": {"email": f"{name}@example.com"}}
    return str(http.post("/v1/clients", json=body).raise_for_status().json()["id"])


def _activity(stack: Stack) -> str:
    found = make_url(stack.superuser).set(database="activity")
    return found.render_as_string(hide_password=False)


def _fill(
    database: psycopg.Connection[Any],
    workspace: uuid.UUID,
    clients: Mapping[uuid.UUID, int],
    table: int,
) -> None:
    """The two clients', and around them those of a thousand others."""
    rest = (table - sum(clients.values())) // _OTHERS
    start, epoch = 1_000_000, uuid7()
    for client, count in [*clients.items(), *((uuid7(), rest) for _ in range(_OTHERS))]:
        given = {"workspace": workspace, "client": client, "epoch": epoch, "count": count,
                 "rare": _RARE, "often": _OFTEN}  # fmt: skip
        database.execute(_FILL, {**given, "start": start})
        start += count
    database.execute("VACUUM ANALYZE events")
    database.execute("CHECKPOINT")


def _timeline(
    stack: Stack,
    http: httpx.Client,
    database: psycopg.Connection[Any],
    workspace: uuid.UUID,
    client: uuid.UUID,
    size: int,
) -> Timeline:
    """The entry before a page stands for walking there, which would take thousands of calls."""
    vault = Runtime("activity", stack.settings).vault

    def at(offset: int) -> list[Any]:
        row = database.execute(_AT, [workspace, client, offset]).fetchone()
        return list(row or ())

    def cursor(offset: int, order: str = "newest") -> str:
        return cursor_after(vault, f"activity:{client}:{order}:{Filter()}", at(offset))

    few = {"limit": 2}
    calls: dict[str, dict[str, Any]] = {
        "first": {},
        "middle": {"cursor": cursor(size // 2)},
        "last": {"cursor": cursor(size - PAGE - 1)},
        "oldest": {"order": "oldest"},
        "oldest_middle": {"order": "oldest", "cursor": cursor(size // 2, "oldest")},
        "rare_kind": {"kind": "contact", **few},
        "rare_person": {"person": "Ana Ruiz", **few},
        "rare_person_oldest": {"person": "Ana Ruiz", "order": "oldest", **few},
        "rare_actor": {"actor": "contact", **few},
        "rare_actor_oldest": {"actor": "contact", "order": "oldest", **few},
        "days": {"to": at(size // 2)[0].isoformat()},
    }
    timeline = Timeline(http, f"/v1/clients/{client}/activity", calls)
    for query in calls.values():
        assert http.get(timeline.path, params=query).raise_for_status().json()["data"]
    return timeline


def _feed(
    http: httpx.Client,
    database: psycopg.Connection[Any],
    workspace: uuid.UUID,
    client: uuid.UUID,
    rounds: int,
) -> Figure:
    with database.transaction():
        (last,) = database.execute("SELECT last_pos FROM feed_state FOR UPDATE").fetchone() or (0,)
        given = {"workspace": workspace, "client": client, "last": last, "count": FEED}
        placed = database.execute(_PLACE, given).rowcount
        database.execute("UPDATE feed_state SET last_pos = last_pos + %s", [placed])
    database.execute("VACUUM ANALYZE feed")
    found = interleaved(
        {"feed": partial(_read_feed, http), "plain": partial(_read_plain, database, workspace)},
        rounds,
    )
    rates = {name: median(values) for name, values in found.items()}
    return Figure("feed_vs_select", rates["feed"], rates["plain"], "events/s", at_least=0.5)


def _read_feed(http: httpx.Client) -> float:
    """Events per second, as a consumer reads them, but for parsing what they say."""
    begun, read, cursor, end = time.perf_counter(), 0, "", None
    while cursor != end:
        query: dict[str, Any] = {"limit": 1000, **({"after": cursor} if cursor else {})}
        page = http.get("/v1/events", params=query).raise_for_status().json()
        read += len(page["events"])
        cursor, end = page["next"], page["head"]
    return read / (time.perf_counter() - begun)


def _read_plain(database: psycopg.Connection[Any], workspace: uuid.UUID) -> float:
    begun, read, last = time.perf_counter(), 0, 0
    positions = "SELECT max(pos) FROM (SELECT pos FROM feed WHERE workspace_id = %s AND pos > %s "
    while rows := database.execute(_PLAIN, [workspace, last]).fetchall():
        read += len(rows)
        bound = database.execute(f"{positions} ORDER BY pos LIMIT 1000) AS p", [workspace, last])
        (last,) = bound.fetchone() or (0,)
    return read / (time.perf_counter() - begun)
