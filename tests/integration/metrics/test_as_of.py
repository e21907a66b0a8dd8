"""Metrics say up to which event they are counted, and when that is too long ago."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, text

from shared.ids import uuid7
from shared.messaging.inbox import Inbox
from shared.runtime import Runtime
from tests.factories.callers import service_token
from tests.factories.envelopes import EPOCH, Source
from tests.factories.events import batch
from tests.integration.metrics.conftest import Get

PATH = f"/v1/clients/{uuid7()}/metrics"
UPDATED = "clients.client.updated.v1"


def _see_head(owner: Engine, head: int, behind_seconds: float) -> None:
    """As the reconciler leaves it: the head it saw, and since when there has been one further."""
    with owner.begin() as connection:
        connection.execute(
            text(
                "UPDATE consumer_progress SET known_head = :head, head_seen_at = now(), "
                "level_at = clock_timestamp() - make_interval(secs => :seconds)"
            ),
            {"head": head, "seconds": behind_seconds},
        )


def test_before_the_first_event_nothing_is_claimed(get: Get) -> None:
    found = get(PATH)
    assert (found["as_of"], found["stale"]) == ({}, False)
    assert (found["active_projects"], found["total_revenue"]) == (0, [])


def test_as_of_is_the_last_event_before_which_none_is_missing(
    inbox: Inbox, source: Source, get: Get
) -> None:
    told = [
        source.tell(UPDATED, client_id=uuid7(), time=f"2026-03-0{n}T12:00:00Z") for n in (1, 2, 3)
    ]
    inbox.ingest(batch(told[:1]))
    inbox.ingest(batch(told[2:]))
    found = get(PATH)["as_of"]["clients"]
    assert (found["epoch"], found["pos"]) == (EPOCH, 1)
    assert found["time"] == "2026-03-01T12:00:00Z", "not that of an event past a hole"
    inbox.ingest(batch(told[1:2]))
    found = get(PATH)["as_of"]["clients"]
    assert (found["pos"], found["lag"]) == (3, 0)
    assert found["time"] == "2026-03-03T12:00:00Z", "not that of the one that filled the hole"


@pytest.mark.parametrize(
    ("head", "behind_seconds", "stale"),
    [(1, 60.0, False), (5, 1.0, False), (5, 3.5, True), (5, 600.0, True)],
)
def test_metrics_are_stale_once_known_events_are_missing_for_seconds(
    inbox: Inbox, source: Source, owner: Engine, get: Get,
    head: int, behind_seconds: float, stale: bool,
) -> None:  # fmt: skip
    inbox.ingest(batch([source.tell(UPDATED, client_id=uuid7())]))
    _see_head(owner, head, behind_seconds)
    found = get(PATH)
    assert found["stale"] is stale
    assert found["as_of"]["clients"]["lag"] == head - 1


def test_metrics_are_stale_when_nobody_has_looked_at_the_source_for_seconds(
    inbox: Inbox, source: Source, owner: Engine, get: Get
) -> None:
    """Worker and relay are dead: nothing is known to be missing, as nobody looks."""
    inbox.ingest(batch([source.tell(UPDATED, client_id=uuid7())]))
    _see_head(owner, 1, 0.0)
    assert get(PATH)["stale"] is False
    with owner.begin() as connection:
        connection.execute(
            text("UPDATE consumer_progress SET head_seen_at = now() - interval '11s'")
        )
    assert get(PATH)["stale"] is True


@pytest.mark.parametrize(
    ("audience", "permissions", "status"),
    [("metrics", [], 403), ("activity", ["clients.view"], 401)],
)
def test_a_token_for_something_else_opens_nothing(
    http: FlaskClient, runtime: Runtime, audience: str, permissions: list[str], status: int
) -> None:
    token = service_token(runtime.vault, audience, uuid7(), *permissions)
    answer = http.get(PATH, headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == status


def test_moving_on_without_reaching_the_known_head_stays_stale(
    inbox: Inbox, source: Source, owner: Engine, get: Get
) -> None:
    told = [source.tell(UPDATED, client_id=uuid7()) for _ in range(3)]
    inbox.ingest(batch(told[:1]))
    _see_head(owner, 3, 10.0)
    inbox.ingest(batch(told[1:2]))
    assert get(PATH)["stale"] is True
    inbox.ingest(batch(told[2:]))
    assert get(PATH)["stale"] is False
