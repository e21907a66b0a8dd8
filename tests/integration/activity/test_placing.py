"""Every event gets its place in the feed once, in its source's order, whatever is killed."""

from __future__ import annotations

import random
import subprocess
import sys
import threading
import uuid
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, Row, text

from services.activity.events.operations import placing
from services.activity.events.operations.placing import WINDOW, Placer, Retirement
from services.activity.events.rules.seals import CONTEXT, UNREAD, first_seal, next_seal
from shared.ids import uuid7
from shared.messaging.dead_letters import DeadLetters
from shared.messaging.envelope import Envelope
from shared.messaging.inbox import Inbox
from shared.runtime import Runtime
from tests.factories.envelopes import Source
from tests.factories.events import batch
from tests.integration.messaging.conftest import until_someone_waits_for_a_lock

UPDATED = "clients.client.updated.v1"


@pytest.fixture
def placer(runtime: Runtime) -> Placer:
    """What the relay process has."""
    return Placer(runtime.pipe_engine, runtime.vault)


def _feed(owner: Engine) -> Sequence[Row[Any]]:
    with owner.connect() as connection:
        return connection.execute(text("SELECT * FROM feed ORDER BY pos")).all()


def _ids(owner: Engine) -> list[str]:
    return [str(row.event_id) for row in _feed(owner)]


def _updates(source: Source, client_id: uuid.UUID, count: int) -> list[Envelope]:
    return [source.tell(UPDATED, client_id=client_id, version=n + 1) for n in range(count)]


def _place_all(placer: Placer) -> None:
    while placer.make_round():
        pass


def _expect_whole(runtime: Runtime, owner: Engine, told: list[Envelope]) -> None:
    """Positions without a gap, each event once, in its source's order, every chain unbroken."""
    rows = _feed(owner)
    assert [row.pos for row in rows] == list(range(1, len(told) + 1))
    for source in {envelope["source"] for envelope in told}:
        expected = [each["id"] for each in sorted(told, key=lambda e: e["pos"])
                    if each["source"] == source]  # fmt: skip
        assert [str(row.event_id) for row in rows if row.source == source] == expected
    key, seals, counts = runtime.vault.key(CONTEXT), {}, {}
    for row in rows:
        chain = (row.workspace_id, row.source, row.client_id or row.workspace_id)
        before = seals.get(chain) or first_seal(key, *chain)
        seals[chain] = next_seal(key, before, row.event_id, bytes(row.payload_hash))
        counts[chain] = counts.get(chain, 0) + 1
        assert bytes(row.seal) == seals[chain]
    with owner.connect() as connection:
        ends = connection.execute(text("SELECT * FROM feed_chains")).all()
    found = {(row.workspace_id, row.source, row.chain_id): row for row in ends}
    assert {chain: bytes(row.seal) for chain, row in found.items()} == seals
    assert {chain: row.entries for chain, row in found.items()} == counts


def test_events_are_placed_in_their_sources_order(
    runtime: Runtime, inbox: Inbox, owner: Engine, source: Source, placer: Placer
) -> None:
    documents = Source("documents", source.workspace_id)
    one, other = uuid7(), uuid7()
    told = _updates(source, one, 30) + _updates(source, other, 30)
    told.append(source.tell("clients.workspace.updated.v1", subject="workspace/1"))
    added = [documents.tell("documents.document.added.v1", client_id=one) for _ in range(5)]
    for envelope in random.Random(5).sample(told, len(told)):
        inbox.ingest(batch([envelope]))
        placer.make_round()
    inbox.ingest({**batch(added), "source": "/documents"})
    _place_all(placer)
    _expect_whole(runtime, owner, told + added)


def test_nothing_is_placed_past_a_hole(
    inbox: Inbox, owner: Engine, source: Source, placer: Placer
) -> None:
    told = _updates(source, uuid7(), 5)
    inbox.ingest(batch([*told[:2], *told[3:]]))
    _place_all(placer)
    assert _ids(owner) == [each["id"] for each in told[:2]]
    inbox.ingest(batch([told[2]]))
    _place_all(placer)
    assert _ids(owner) == [each["id"] for each in told]


def test_two_that_place_at_once_give_each_place_once(
    runtime: Runtime, inbox: Inbox, owner: Engine, source: Source
) -> None:
    told = [each for _ in range(6) for each in _updates(source, uuid7(), 100)]
    stop = threading.Event()

    def place() -> None:
        mine = Placer(runtime.pipe_engine, runtime.vault)
        while not stop.is_set() or mine.make_round():
            mine.make_round()

    with ThreadPoolExecutor(3) as pool:
        at_work = [pool.submit(place) for _ in range(3)]
        for start in range(0, len(told), 20):
            inbox.ingest(batch(told[start : start + 20]))
        stop.set()
    for each in at_work:
        each.result()
    _expect_whole(runtime, owner, told)


def test_one_that_waited_goes_on_where_the_feed_ends_by_then(
    runtime: Runtime, inbox: Inbox, owner: Engine, source: Source, placer: Placer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """Without the lock it would give places again that were given while it waited."""
    told = _updates(source, uuid7(), 30)
    inbox.ingest(batch(told[:10]))
    # The first round of a feed writes where it lives and whom it follows, and waits for that alone.
    _place_all(placer)
    inbox.ingest(batch(told[10:20]))
    begun: list[Future[bool]] = []
    with ThreadPoolExecutor(1) as other:

        def before_commit(place: str) -> None:
            if place == "feed.before_commit" and not begun:
                begun.append(other.submit(Placer(runtime.pipe_engine, runtime.vault).make_round))
                until_someone_waits_for_a_lock(runtime)
                # It has something to place, and must not do so where it saw the feed end before.
                inbox.ingest(batch(told[20:]))

        monkeypatch.setattr(placing, "failpoint", before_commit)
        placer.make_round()
        begun[0].result(timeout=30)
    _expect_whole(runtime, owner, told)


_PLACE_ONCE = """
from services.activity.events.operations.placing import Placer
from shared.runtime import Runtime
from shared.settings import Settings, load
runtime = Runtime("activity", load(Settings))
Placer(runtime.pipe_engine, runtime.vault).make_round()
"""


@pytest.mark.parametrize(
    "place", ["feed.locked", "feed.placed", "feed.chained", "feed.before_commit"]
)
def test_a_kill_between_any_two_statements_is_made_good(
    runtime: Runtime, inbox: Inbox, owner: Engine, source: Source, placer: Placer,
    environment: dict[str, str], tmp_path: Path, place: str,
) -> None:  # fmt: skip
    client_id = uuid7()
    told = _updates(source, client_id, 10)
    inbox.ingest(batch(told))
    placer.make_round()
    more = _updates(source, client_id, 10)
    inbox.ingest(batch(more))
    (tmp_path / place).write_text("kill")
    killed = subprocess.run(
        [sys.executable, "-c", _PLACE_ONCE],
        env={**environment, "CLIENTELE_FAILPOINTS": str(tmp_path), "PATH": ""},
        timeout=60,
        check=False,
    )
    assert killed.returncode == -9
    assert len(_feed(owner)) == 10
    _place_all(placer)
    _expect_whole(runtime, owner, told + more)


def test_a_parked_envelope_keeps_its_place_empty_and_comes_at_the_end_when_replayed(
    runtime: Runtime, inbox: Inbox, owner: Engine, source: Source
) -> None:
    told = _updates(source, uuid7(), 4)
    broken = {**told[1], "data": {}}
    inbox.ingest(batch([told[0], broken, *told[2:]]))  # type: ignore[list-item]
    placer = Placer(runtime.pipe_engine, runtime.vault)
    _place_all(placer)
    rows = _feed(owner)
    assert [row.parked for row in rows] == [False, True, False, False]
    assert bytes(rows[1].payload_hash) == UNREAD
    _mend_and_replay(runtime, owner, inbox, told[1])
    _place_all(Placer(runtime.pipe_engine, runtime.vault))
    assert _ids(owner) == [each["id"] for each in (*told, told[1])]
    _place_all(Placer(runtime.pipe_engine, runtime.vault))
    assert len(_feed(owner)) == 5


def _mend_and_replay(runtime: Runtime, owner: Engine, inbox: Inbox, whole: Envelope) -> None:
    with owner.begin() as connection:
        connection.execute(
            text("UPDATE dead_letters SET envelope = jsonb_set(envelope, '{data}', d.data) "
                 "FROM (SELECT data FROM events WHERE pos = 1) AS d")
        )  # fmt: skip
    letters = DeadLetters("activity", runtime.pipe_engine, inbox.apply)
    assert letters.replay(letters.list()[0].id)


def test_another_life_of_a_source_is_placed_after_what_is_known_and_begins_another_feed(
    inbox: Inbox, owner: Engine, source: Source, placer: Placer
) -> None:
    client_id = uuid7()
    told = _updates(source, client_id, 3)
    inbox.ingest(batch(told))
    _place_all(placer)
    with owner.begin() as connection:
        first = connection.scalar(text("SELECT epoch FROM feed_state"))
        life = uuid7()
        connection.execute(text("DELETE FROM inbox"))
        connection.execute(
            text("UPDATE consumer_progress SET epoch = :life, contiguous_pos = 0"), {"life": life}
        )
    again = [told[0], told[1], source.tell(UPDATED, client_id=client_id, version=3)]
    reborn = [{**each, "epoch": str(life), "pos": n} for n, each in enumerate(again, 1)]
    inbox.ingest({**batch(reborn), "epoch": str(life)})  # type: ignore[arg-type]
    _place_all(placer)
    assert _ids(owner) == [each["id"] for each in (*told, again[2])]
    with owner.connect() as connection:
        assert connection.scalar(text("SELECT epoch FROM feed_state")) != first


def test_more_than_a_window_is_placed_in_rounds(
    inbox: Inbox, owner: Engine, source: Source, placer: Placer
) -> None:
    told = _updates(source, uuid7(), WINDOW + 10)
    for start in range(0, len(told), 100):
        inbox.ingest(batch(told[start : start + 100]))
    assert placer.make_round()
    assert len(_feed(owner)) == WINDOW
    # What is left is less than a window: what comes meanwhile is placed with the next one.
    assert not placer.make_round()
    assert _ids(owner) == [each["id"] for each in told]


def test_what_is_old_is_retired_and_stays(
    runtime: Runtime, inbox: Inbox, owner: Engine, source: Source, placer: Placer
) -> None:
    inbox.ingest(batch(_updates(source, uuid7(), 5)))
    _place_all(placer)
    earliest = text("SELECT earliest_pos FROM feed_state")
    with owner.begin() as connection:
        connection.execute(
            text("UPDATE feed SET fed_at = fed_at - interval '40 days' WHERE pos <= 3")
        )
    Retirement(runtime.pipe_engine, days=41).make_round()
    with owner.connect() as connection:
        assert connection.scalar(earliest) == 1
    Retirement(runtime.pipe_engine, days=30).make_round()
    with owner.connect() as connection:
        assert connection.scalar(earliest) == 4
    assert len(_feed(owner)) == 5
    with owner.begin() as connection:
        connection.execute(text("UPDATE feed SET fed_at = fed_at - interval '40 days'"))
    Retirement(runtime.pipe_engine, days=30).make_round()
    with owner.connect() as connection:
        assert connection.scalar(earliest) == 6
