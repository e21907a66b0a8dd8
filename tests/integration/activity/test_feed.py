"""The feed: every event once, in order, to those who may see it, from a cursor that never lies."""

from __future__ import annotations

import random
import threading
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, text

from services.activity.events.operations.placing import Placer, Retirement
from services.activity.events.queries import feed
from shared.ids import uuid7
from shared.messaging.envelope import Envelope
from shared.messaging.inbox import Inbox
from shared.runtime import Runtime
from shared.security.permissions import ROLES
from tests.factories.callers import service_caller
from tests.factories.envelopes import Source
from tests.factories.events import batch
from tests.integration.activity.conftest import Get

UPDATED = "clients.client.updated.v1"
INVOICE, PROJECT = "clients.invoice.issued.v1", "clients.project.created.v1"
EVENTS = "/v1/events"

Tell = Callable[..., list[Envelope]]


@pytest.fixture
def placer(runtime: Runtime) -> Placer:
    """What the relay process has."""
    return Placer(runtime.pipe_engine, runtime.vault)


@pytest.fixture
def tell(inbox: Inbox, source: Source, placer: Placer) -> Tell:
    """Events of these types, applied and placed."""

    def run(*types: str, client_id: uuid.UUID | None = None, **more: Any) -> list[Envelope]:
        told = [source.tell(name, client_id=client_id or uuid7(), **more) for name in types]
        for start in range(0, len(told), 100):
            inbox.ingest(batch(told[start : start + 100]))
        while placer.make_round():
            pass
        return told

    return run


def _ids(page: dict[str, Any]) -> list[str]:
    return [event["id"] for event in page["events"]]


def _pages(get: Get, **query: Any) -> Iterator[dict[str, Any]]:
    """Page after page until the end that was known at the beginning."""
    cursor, end = None, get(EVENTS, limit=1)["head"]
    while cursor != end:
        page = get(EVENTS, **query, **({"after": cursor} if cursor else {}))
        yield page
        cursor = page["next"]


def test_an_event_has_the_shape_of_cloud_events(tell: Tell, get: Get) -> None:
    (told,) = tell(UPDATED)
    page = get(EVENTS)
    assert page["events"] == [told]
    assert page["next"] == page["head"]
    assert get(EVENTS, after=page["next"]) == {**page, "events": []}


def test_every_event_comes_once_and_in_order_whatever_the_pages(tell: Tell, get: Get) -> None:
    told = tell(*[UPDATED] * 57)
    seen = [each for page in _pages(get, limit=10) for each in _ids(page)]
    assert seen == [envelope["id"] for envelope in told]


def test_a_slow_reader_misses_nothing_of_what_is_written_meanwhile(
    runtime: Runtime, inbox: Inbox, source: Source, get: Get
) -> None:
    """Pages of any size, interrupted and begun again at the last cursor that was kept."""
    clients = [uuid7() for _ in range(7)]
    told = [source.tell(UPDATED, client_id=clients[n % 7], version=n + 1) for n in range(700)]
    placing, chance = Placer(runtime.pipe_engine, runtime.vault), random.Random(11)
    done = threading.Event()

    def write() -> None:
        shuffled = [told[start : start + 25] for start in range(0, len(told), 25)]
        for start in range(0, len(shuffled), 4):
            for part in chance.sample(shuffled[start : start + 4], 4):
                inbox.ingest(batch(part))
                placing.make_round()
        while placing.make_round():
            pass
        done.set()

    writing = threading.Thread(target=write)
    writing.start()
    kept: list[dict[str, Any]] = []
    cursor: str | None = None
    while not (done.is_set() and cursor is not None and not _more(get, cursor)):
        page = get(EVENTS, limit=chance.randint(1, 40), **({"after": cursor} if cursor else {}))
        if chance.random() < 0.2:
            continue  # Killed before it could keep what it has read.
        kept += page["events"]
        cursor = page["next"]
    writing.join()
    assert sorted(_ids({"events": kept})) == sorted(envelope["id"] for envelope in told)
    for client_id in clients:
        mine = [e["aggregateversion"] for e in kept if e["client_id"] == str(client_id)]
        assert mine == sorted(mine)


def _more(get: Get, cursor: str) -> bool:
    return bool(get(EVENTS, after=cursor, limit=1)["events"])


def test_types_narrow_the_feed_and_the_cursor_moves_on(tell: Tell, get: Get) -> None:
    told = tell(UPDATED, INVOICE, PROJECT, INVOICE, UPDATED)
    by_type = {name: [e["id"] for e in told if e["type"] == name] for name in (UPDATED, INVOICE)}
    assert _ids(get(EVENTS, types=INVOICE)) == by_type[INVOICE]
    assert _ids(get(EVENTS, types="clients.client.*,clients.rate.*")) == by_type[UPDATED]
    nothing = get(EVENTS, types="documents.*")
    assert (nothing["events"], nothing["next"]) == ([], nothing["head"])
    refused = get(EVENTS, 422, types="clients.*,colours.*")
    assert [each["code"] for each in refused["errors"]] == ["unknown_type"]


def test_a_rare_type_is_found_beyond_what_one_call_looks_at(
    tell: Tell, get: Get, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed, "SCAN", 10)
    told = tell(*[UPDATED] * 35, INVOICE, *[UPDATED] * 3)
    pages = list(_pages(get, types=INVOICE))
    assert [_ids(page) for page in pages] == [[], [], [], [told[35]["id"]]]


def test_one_client_is_followed_under_all_its_ids(
    inbox: Inbox, source: Source, placer: Placer, tell: Tell, get: Get
) -> None:
    mine, other = uuid7(), uuid7()
    told = [
        *tell(UPDATED, UPDATED, client_id=mine), *tell(UPDATED, client_id=other),
        *tell(UPDATED), *tell(UPDATED, client_id=mine),
    ]  # fmt: skip
    wanted = [told[0]["id"], told[1]["id"], told[4]["id"]]
    assert _ids(get(EVENTS, client=mine)) == wanted
    merged = tell(
        "clients.client.merged.v1", client_id=mine,
        change=lambda data: data.update(
            source={**data["source"], "id": str(other)},
            target={**data["target"], "id": str(mine)}, aliases=[],
        ),
    )  # fmt: skip
    wanted = [told[0]["id"], told[1]["id"], told[2]["id"], told[4]["id"], merged[0]["id"]]
    for asked in (mine, other):
        assert _ids(get(EVENTS, client=asked)) == wanted
        pages = [_ids(page) for page in _pages(get, client=asked, limit=2)]
        assert [each for page in pages for each in page] == wanted


def test_a_page_is_bounded_in_bytes(tell: Tell, get: Get) -> None:
    """A client whose texts are as long as they may be."""
    long = "x" * 150_000

    def grow(data: dict[str, Any]) -> None:
        data["client"]["current_systems"] = long

    told = tell(*[UPDATED] * 20, change=grow)
    pages = [_ids(page) for page in _pages(get, limit=1000)]
    assert [each for page in pages for each in page] == [envelope["id"] for envelope in told]
    assert {len(page) for page in pages[:-1]} == {feed.MAX_PAGE_BYTES // 152_000}


def test_what_may_not_be_viewed_is_left_out_and_passed_over(
    tell: Tell, source: Source, http: FlaskClient, runtime: Runtime
) -> None:
    told = tell(UPDATED, INVOICE, PROJECT, "clients.user.created.v1")

    def seen(permissions: frozenset[str]) -> list[str]:
        get = service_caller(http, runtime.vault, "activity", source.workspace_id, permissions)
        page = get(EVENTS)
        assert page["next"] == page["head"]
        assert get(EVENTS, types=INVOICE)["events"] == [] or "invoices.view" in permissions
        return [event["type"] for event in page["events"]]

    assert seen(ROLES["owner"]) == [envelope["type"] for envelope in told]
    assert seen(ROLES["viewer"]) == [UPDATED, INVOICE, PROJECT]
    assert seen(frozenset({"clients.view"})) == [UPDATED]


def test_a_workspace_hears_no_word_of_another_whatever_the_cursor(
    tell: Tell, get: Get, http: FlaskClient, runtime: Runtime, inbox: Inbox, placer: Placer
) -> None:
    tell(UPDATED, UPDATED)
    stranger = Source()
    stranger_get = service_caller(http, runtime.vault, "activity", stranger.workspace_id)
    assert stranger_get(EVENTS)["events"] == []
    mine = get(EVENTS, limit=1)
    for cursor in (mine["next"], mine["head"], mine["next"][:-2], "é", "A" * 60):
        assert stranger_get(EVENTS, 422, after=cursor)["code"] == "invalid_cursor"
    assert stranger_get(EVENTS, after=stranger_get(EVENTS)["next"])["events"] == []


def test_a_deleted_clients_events_keep_their_places_and_no_word(
    tell: Tell, get: Get, source: Source
) -> None:
    gone = uuid7()
    told = tell(UPDATED, "clients.client.deleted.v1", client_id=gone)
    page = get(EVENTS)
    assert _ids(page) == [envelope["id"] for envelope in told]
    assert page["events"][0]["data"] == {"erased": True}


def test_a_cursor_that_retention_has_passed_is_told_where_to_go_on(
    runtime: Runtime, owner: Engine, tell: Tell, get: Get
) -> None:
    told = tell(*[UPDATED] * 4)
    first, second = (get(EVENTS, limit=n)["next"] for n in (1, 2))
    with owner.begin() as connection:
        connection.execute(
            text("UPDATE feed SET fed_at = fed_at - interval '9 days' WHERE pos <= 2")
        )
    Retirement(runtime.pipe_engine, days=7).make_round()
    expired = get(EVENTS, 410, after=first)
    assert expired["code"] == "events.cursor_expired"
    rest = [envelope["id"] for envelope in told[2:]]
    assert _ids(get(EVENTS, after=expired["earliest"])) == rest
    assert _ids(get(EVENTS)) == _ids(get(EVENTS, after=second)) == rest


@pytest.mark.parametrize("table", ["relay_state", "feed_state"])
def test_a_log_that_was_restored_refuses_the_cursors_of_before(
    owner: Engine, tell: Tell, get: Get, table: str
) -> None:
    (told,) = tell(UPDATED)
    cursor = get(EVENTS)["next"]
    with owner.begin() as connection:
        connection.execute(text(f"UPDATE {table} SET epoch = gen_random_uuid()"))
    reset = get(EVENTS, 409, after=cursor)
    assert reset["code"] == "events.log_reset"
    assert _ids(get(EVENTS, after=reset["earliest"])) == [told["id"]]


def test_a_place_past_the_end_was_given_in_another_life(
    owner: Engine, tell: Tell, get: Get
) -> None:
    """A standby that was promoted without the last commits."""
    tell(UPDATED, UPDATED)
    cursor = get(EVENTS)["next"]
    with owner.begin() as connection:
        connection.execute(text("DELETE FROM feed WHERE pos = 2"))
        connection.execute(text("UPDATE feed_state SET last_pos = 1"))
    assert get(EVENTS, 409, after=cursor)["code"] == "events.log_reset"
