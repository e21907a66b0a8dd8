"""The inbox: effectively once, whatever arrives how often, in what order, from whom."""

from __future__ import annotations

import random
import uuid
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Connection, text

from services.activity.events.consumers import apply
from shared.db.engine import engine_for
from shared.messaging.envelope import Envelope
from shared.messaging.inbox import Inbox, WrongEpoch
from shared.runtime import Runtime
from tests.factories.events import batch, note, origin, publish
from tests.integration.messaging.conftest import ReadLog, until_someone_waits_for_a_lock


def _timeline(activity: Runtime) -> list[int]:
    with engine_for(activity.settings, "activity", "owner").connect() as connection:
        return list(connection.scalars(text("SELECT pos FROM events ORDER BY pos")))


def _contiguous(activity: Runtime) -> int:
    with activity.pipe_engine.connect() as connection:
        return int(connection.scalar(text("SELECT contiguous_pos FROM consumer_progress")) or 0)


def _letters(activity: Runtime) -> list[tuple[int, str, int]]:
    with activity.pipe_engine.connect() as connection:
        rows = connection.execute(
            text("SELECT pos, reason, attempts FROM dead_letters ORDER BY pos")
        )
        return [(row.pos, row.reason, row.attempts) for row in rows]


@pytest.fixture
def envelopes(clients: Runtime, log: ReadLog) -> list[Envelope]:
    """Thirty events of two workspaces."""
    publish(clients, origin(), [note() for _ in range(15)])
    publish(clients, origin(), [note() for _ in range(15)])
    return log()


def test_a_batch_delivered_three_times_is_applied_once(
    inbox: Inbox, activity: Runtime, envelopes: list[Envelope]
) -> None:
    assert [inbox.ingest(batch(envelopes)) for _ in range(3)] == [30, 0, 0]
    assert _timeline(activity) == list(range(1, 31))
    assert _contiguous(activity) == 30


def test_batches_shuffled_and_doubled_among_four_workers_are_applied_once(
    inbox: Inbox, activity: Runtime, envelopes: list[Envelope]
) -> None:
    dice = random.Random(7)
    parts = [envelopes[start : start + 3] for start in range(0, 30, 3)] * 3
    dice.shuffle(parts)
    with ThreadPoolExecutor(4) as workers:
        applied = list(workers.map(lambda part: inbox.ingest(batch(part)), parts))
    assert sum(applied) == 30
    assert _timeline(activity) == list(range(1, 31))
    assert _contiguous(activity) == 30


def test_the_position_stops_at_a_hole_and_passes_it_once_it_is_filled(
    inbox: Inbox, activity: Runtime, envelopes: list[Envelope]
) -> None:
    inbox.ingest(batch(envelopes[:10]))
    inbox.ingest(batch(envelopes[12:]))
    assert _contiguous(activity) == 10
    inbox.ingest(batch(envelopes[10:12]))
    assert _contiguous(activity) == 30


def test_a_worker_that_waited_for_the_position_sees_what_moved_it(
    inbox: Inbox, activity: Runtime, envelopes: list[Envelope]
) -> None:
    """Holds only if the position is computed after its row is locked."""
    inbox.ingest(batch(envelopes[:1]))
    with activity.pipe_engine.begin() as other_worker:
        other_worker.execute(
            text("INSERT INTO inbox SELECT '/clients', pos FROM generate_series(2, 10) AS pos")
        )
        other_worker.execute(text("UPDATE consumer_progress SET contiguous_pos = 10"))
        with ThreadPoolExecutor(1) as pool:
            waiting = pool.submit(inbox.ingest, batch(envelopes[10:20]))
            until_someone_waits_for_a_lock(activity)
            other_worker.commit()
            assert waiting.result(timeout=10) == 10
    assert _contiguous(activity) == 20


def test_a_late_duplicate_is_refused_after_the_inbox_was_tidied(
    inbox: Inbox, activity: Runtime, envelopes: list[Envelope]
) -> None:
    inbox.ingest(batch(envelopes))
    with activity.pipe_engine.begin() as connection:
        connection.execute(text("DELETE FROM inbox"))
    assert inbox.ingest(batch(envelopes[:5])) == 0


def test_one_poisonous_envelope_of_thirty_is_parked_and_the_rest_applied(
    inbox: Inbox, activity: Runtime, envelopes: list[Envelope]
) -> None:
    envelopes[13]["data"] = {"api_key": "not an object"}
    inbox.ingest(batch(envelopes))
    assert len(_timeline(activity)) == 29
    assert _letters(activity) == [(14, "contract_violation", 1)]
    assert _contiguous(activity) == 30


def test_an_unknown_type_waits_as_a_dead_letter_and_the_rest_goes_on(
    inbox: Inbox, activity: Runtime, envelopes: list[Envelope]
) -> None:
    envelopes[0]["type"] = "clients.api_key.polished.v1"
    envelopes[1]["type"] = "clients.api_key.revoked.v9"
    inbox.ingest(batch(envelopes))
    reasons = [(pos, reason) for pos, reason, _ in _letters(activity)]
    assert reasons == [(1, "unknown_type"), (2, "unsupported_version")]
    assert len(_timeline(activity)) == 28


@pytest.mark.parametrize(
    "change",
    [
        {"workspace": "not-a-uuid"},
        {"time": "yesterday"},
        {"id": 5},
        {
            "data": {
                "api_key": {"id": str(uuid.uuid4()), "name": "\0", "prefix": "", "permissions": []}
            }
        },
        {"actor": None},
        {"aggregateversion": "many"},
    ],
)
def test_an_envelope_broken_anywhere_is_parked_alone(
    inbox: Inbox, activity: Runtime, envelopes: list[Envelope], change: dict[str, object]
) -> None:
    envelopes[4].update(change)  # type: ignore[typeddict-item]
    inbox.ingest(batch(envelopes))
    assert [pos for pos, _, _ in _letters(activity)] == [5]
    assert len(_timeline(activity)) == 29
    assert _contiguous(activity) == 30


def test_a_handler_that_fails_for_one_envelope_leaves_the_others_applied(
    activity: Runtime, envelopes: list[Envelope]
) -> None:
    def touchy(connection: Connection, some: Sequence[Envelope]) -> None:
        if any(envelope["pos"] == 21 for envelope in some):
            raise ValueError("cannot make sense of 21")
        apply(connection, some)

    Inbox("activity", activity.pipe_engine, touchy).ingest(batch(envelopes))
    assert _letters(activity) == [(21, "ValueError", 1)]
    assert len(_timeline(activity)) == 29


@pytest.mark.parametrize("uses", [(), ("clients.invoice.",), ("clients.api_key.",)])
def test_of_what_a_consumer_has_no_use_for_it_takes_the_positions_alone(
    activity: Runtime, envelopes: list[Envelope], uses: tuple[str, ...]
) -> None:
    """Though it does not know the type, or the data are not what they should be."""
    unknown: Envelope = {**envelopes[0], "type": "clients.api_key.polished.v1"}
    broken: Envelope = {**envelopes[1], "data": {}}
    consumer = Inbox("activity", activity.pipe_engine, apply, uses)
    consumer.ingest(batch([unknown, broken, *envelopes[2:]]))
    assert _contiguous(activity) == 30
    has_use = "clients.api_key." in uses
    assert [pos for pos, *_ in _letters(activity)] == ([1, 2] if has_use else [])
    assert _timeline(activity) == (list(range(3, 31)) if has_use else [])


def test_a_batch_of_another_life_of_the_log_is_left_to_the_reconciler(
    inbox: Inbox, activity: Runtime, envelopes: list[Envelope]
) -> None:
    inbox.ingest(batch(envelopes[:3]))
    with pytest.raises(WrongEpoch):
        inbox.ingest(batch(envelopes[3:], epoch=str(uuid.uuid4())))
    assert len(_timeline(activity)) == 3


def test_a_consumer_cannot_write_into_another_workspace(
    activity: Runtime, envelopes: list[Envelope]
) -> None:
    """Row-level security holds for consumers as for requests."""

    def trespass(connection: Connection, some: Sequence[Envelope]) -> None:
        other = {**some[0], "workspace": str(uuid.uuid4())}
        apply(connection, [other])  # type: ignore[list-item]

    Inbox("activity", activity.pipe_engine, trespass).ingest(batch(envelopes[:1]))
    assert _timeline(activity) == []
    assert [reason for _, reason, _ in _letters(activity)] == ["ProgrammingError"]
