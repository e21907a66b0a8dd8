"""The tail holds so many bytes, however many workspaces are followed."""

from __future__ import annotations

import asyncio
import tracemalloc
import uuid
from contextlib import ExitStack
from typing import Any

import pytest

from services.activity.events.operations import tail
from services.activity.events.operations.placing import Placer
from services.activity.events.operations.tail import Room, Tail
from services.activity.events.queries import feed
from services.activity.events.rules.cursors import Place
from shared.ids import uuid7
from shared.messaging.inbox import Inbox
from shared.runtime import Runtime
from tests.factories.envelopes import Source
from tests.factories.events import batch

WORKSPACES, EVENT_BYTES, MOST_BYTES = 40, 400_000, 1_000_000


@pytest.fixture
def workspaces(runtime: Runtime, inbox: Inbox, source: Source) -> list[uuid.UUID]:
    """Many, each with one event that is large."""
    many = [uuid7() for _ in range(WORKSPACES)]
    for source.workspace_id in many:
        told = source.tell("clients.client.updated.v1", client_id=uuid7(), change=_make_large)
        inbox.ingest(batch([told]))
    placer = Placer(runtime.pipe_engine, runtime.vault)
    while placer.make_round():
        pass
    return many


def _make_large(data: dict[str, Any]) -> None:
    half = EVENT_BYTES // 2
    data["changes"] = [{"field": "address.street", "before": "x" * half, "after": "y" * half}]


async def _follow(runtime: Runtime, workspaces: list[uuid.UUID], head: Place) -> int:
    """Until all have come to the end; the most bytes that were kept."""
    most, followed = 0, Tail(runtime)
    with ExitStack() as stack:
        before = Place(head.epoch, 0)
        rooms = [stack.enter_context(followed.joined(each, before)) for each in workspaces]
        async with asyncio.timeout(60):
            while not all(_is_level(room, head) for room in rooms):
                await asyncio.sleep(0.005)
                most = max(most, sum(room.size for room in rooms))
    return most


def _is_level(room: Room, head: Place) -> bool:
    return room.head == head


def test_many_workspaces_followed_at_once_share_what_is_read_and_kept(
    runtime: Runtime, workspaces: list[uuid.UUID], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tail, "READ_BYTES", MOST_BYTES)
    monkeypatch.setattr(tail, "KEPT_BYTES", MOST_BYTES)
    with runtime.pipe_engine.connect() as connection:
        head = feed.bounds(connection).head
    tracemalloc.start()
    try:
        kept = asyncio.run(_follow(runtime, workspaces, head))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert kept <= MOST_BYTES
    assert peak < WORKSPACES * EVENT_BYTES / 2
