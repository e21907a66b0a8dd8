"""Merges in a chain: whatever the order and the overlap, every id answers for the last."""

from __future__ import annotations

import itertools
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import text

from shared.ids import uuid7
from shared.messaging.erasure import remember_aliases
from shared.runtime import Runtime
from shared.unit_of_work import UnitOfWork
from tests.factories.events import origin
from tests.fixtures.waiting import eventually

_WAITING = text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
_ALIASES = text("SELECT client_id, target_id FROM client_aliases")


def _merge(activity: Runtime, workspace: uuid.UUID, source: uuid.UUID, target: uuid.UUID) -> None:
    with activity.unit_of_work(origin(workspace)) as uow:
        remember_aliases(uow.connection, str(workspace), [str(source)], str(target))


def _waiting(uow: UnitOfWork) -> int:
    return int(uow.connection.scalar(_WAITING) or 0)


def _aliases(activity: Runtime, workspace: uuid.UUID) -> dict[uuid.UUID, uuid.UUID]:
    with activity.unit_of_work(origin(workspace)) as uow:
        return {row.client_id: row.target_id for row in uow.connection.execute(_ALIASES)}


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_in_any_order_a_chain_ends_at_its_end(activity: Runtime, order: tuple[int, ...]) -> None:
    workspace, ids = uuid.uuid4(), [uuid7() for _ in range(4)]
    for each in order:
        _merge(activity, workspace, ids[each], ids[each + 1])
    assert _aliases(activity, workspace) == dict.fromkeys(ids[:3], ids[3])


@pytest.mark.parametrize("first", [0, 1])
def test_two_merges_of_a_chain_at_the_same_moment_end_at_its_end(
    activity: Runtime, first: int
) -> None:
    workspace, ids = uuid.uuid4(), [uuid7() for _ in range(3)]
    second = 1 - first
    with ThreadPoolExecutor(1) as other_worker:
        with activity.unit_of_work(origin(workspace)) as uow:
            remember_aliases(uow.connection, str(workspace), [str(ids[first])], str(ids[first + 1]))
            waiting = other_worker.submit(_merge, activity, workspace, ids[second], ids[second + 1])
            eventually("the other waits", lambda: bool(_waiting(uow)))
        waiting.result(timeout=10)
    assert _aliases(activity, workspace) == dict.fromkeys(ids[:2], ids[2])
