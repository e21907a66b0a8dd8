"""Redis and PostgreSQL killed, frozen, emptied, cut off. Numbers are rows of the fault matrix."""

from __future__ import annotations

import base64
import random
import time

import orjson
import pytest

from tests.chaos.ledger import Ledger
from tests.fixtures.system import System, database_away
from tests.fixtures.waiting import eventually

# P3: caught up within 10 s plus the time that the backlog takes.
CATCH_UP_SECONDS = 20.0


def _survive(ledger: Ledger, seconds: float = 60.0) -> None:
    ledger.stop()
    ledger.settle(seconds)
    ledger.check()


def test_10_redis_emptied_with_a_backlog(system: System, ledger: Ledger) -> None:
    """What was queued is gone without a trace; positions show it and the log has it."""
    with system.frozen("activity-worker", "metrics-worker"):
        ledger.run(2.0)
        eventually("a backlog", lambda: system.broker.direct.llen("activity.ingest") > 0)
        system.broker.direct.flushall()
    assert ledger.settle() < CATCH_UP_SECONDS
    ledger.check()


def test_11_redis_restarted_without_persistence(system: System, ledger: Ledger) -> None:
    """Writes go on, all of them; timeline and numbers catch up by themselves."""
    ledger.start()
    system.broker.kill()
    time.sleep(3)  # So long it is away.
    system.broker.restart()
    time.sleep(1)  # Writes go on when it is back, empty.
    ledger.stop()
    assert ledger.settle() < CATCH_UP_SECONDS
    ledger.check()


def test_12_redis_frozen_while_writes_go_on(system: System, ledger: Ledger) -> None:
    """P4: an API process never opens Redis, so nobody who writes notices."""
    ledger.run(2.0)
    calm = ledger.slowest
    ledger.slowest = 0.0
    system.broker.freeze()
    try:
        ledger.run(6.0)
        frozen = ledger.slowest
    finally:
        system.broker.thaw()
    ledger.settle()
    ledger.check()
    assert frozen < max(1.0, 4 * calm), f"{frozen:.2f} s while frozen, {calm:.2f} s before"


def test_13_redis_half_open(system: System, ledger: Ledger) -> None:
    """The network swallows every byte without closing a connection."""
    ledger.start()
    system.broker.proxy.set_mode("silent")
    time.sleep(8)  # Longer than the timeouts of those who send.
    ledger.stop()
    ledger.settle()
    system.broker.proxy.set_mode("open")
    ledger.run(2.0)
    ledger.settle()
    ledger.check()
    eventually("no worker is deaf", lambda: not _waiting(system), 60)


def _waiting(system: System) -> int:
    redis = system.broker.direct
    return sum(redis.llen(f"{name}.ingest") for name in ("documents", "activity", "metrics"))


def test_14_redis_full(system: System, ledger: Ledger) -> None:
    """The log keeps what Redis refuses, and consumers pull it from there."""
    system.broker.direct.config_set("maxmemory", "1mb")
    try:
        ledger.run(3.0)
        ledger.settle()
    finally:
        system.broker.direct.config_set("maxmemory", "0")
    ledger.check()


def test_15_redis_away_for_long(system: System, ledger: Ledger) -> None:
    """Not only are writes accepted: timeline and numbers follow while it is away."""
    system.broker.proxy.set_mode("refuse")
    try:
        ledger.run(4.0)
        ledger.settle()
        ledger.check()
    finally:
        system.broker.proxy.set_mode("open")
    ledger.run(1.0)
    _survive(ledger)


def test_16_postgresql_killed_under_writes(system: System, ledger: Ledger) -> None:
    """Writes answer 503 for a while; what was accepted before and after is all there."""
    ledger.start()
    system.kill_and_wait("postgres")
    time.sleep(5)  # Every pool meets its dead connections while writes go on.
    _survive(ledger, 90)


@pytest.mark.parametrize("service", ["activity", "metrics"])
def test_17_a_consumers_database_away(system: System, ledger: Ledger, service: str) -> None:
    """The consumer waits and pulls; an outage is no reason for a dead letter."""
    ledger.start()
    with database_away(system, service):
        time.sleep(6)  # Longer than a worker rests between two tries.
    _survive(ledger)


def test_19_a_write_transaction_left_open(system: System, ledger: Ledger) -> None:
    """Readers by snapshot would stall behind it; positions are given all the same."""
    with system.superuser("clients") as connection, connection.transaction():
        connection.execute("SELECT pg_current_xact_id()")
        ledger.run(2.0)
        ledger.settle(15)
    ledger.check()


def test_20_every_message_delivered_three_times(system: System, ledger: Ledger) -> None:
    ledger.run(2.0)
    with system.connect("clients") as connection:
        for _ in range(2):
            connection.execute("UPDATE relay_target SET sent_pos = 0")
            eventually(
                "everything is sent again",
                lambda: (
                    connection.execute(
                        "SELECT min(sent_pos) >= (SELECT last_pos FROM relay_state) "
                        "FROM relay_target"
                    ).fetchone()
                    == (True,)
                ),
            )
    _survive(ledger)


def test_21_messages_reordered(system: System, ledger: Ledger, seed: int) -> None:
    """The queues are shuffled while their workers stand still."""
    with system.frozen("activity-worker", "metrics-worker"):
        ledger.run(2.0)
        for name in ("activity", "metrics"):
            _shuffle(system, f"{name}.ingest", random.Random(seed))
    _survive(ledger)


def _shuffle(system: System, queue: str, dice: random.Random) -> None:
    redis = system.broker.direct
    messages = redis.lrange(queue, 0, -1)
    assert len(messages) > 2, "nothing to shuffle"
    dice.shuffle(messages)
    with redis.pipeline(transaction=True) as pipeline:
        pipeline.delete(queue)
        pipeline.rpush(queue, *messages)
        pipeline.execute()


def test_22_24_bad_envelopes_among_good_ones(system: System, ledger: Ledger) -> None:
    """Each is parked with its reason by whoever has a use for it; the rest is applied."""
    ledger.run(1.0)
    _inject(system, ledger.workspace, "clients.client.merged.v1", {"aliases": "not a list"})
    _inject(system, ledger.workspace, "clients.client.polished.v1", {})
    _inject(system, ledger.workspace, "clients.client.merged.v9", {})
    ledger.run(1.0)
    ledger.settle()
    for service in ("documents", "activity", "metrics"):
        with system.connect(service) as connection:
            reasons = connection.execute(
                "SELECT reason FROM dead_letters WHERE state = 'parked' ORDER BY pos"
            ).fetchall()
        # The timeline keeps every event; to the others one that they do not know is nothing.
        unknown = ["unknown_type"] if service == "activity" else []
        assert [reason for (reason,) in reasons] == [
            "contract_violation", *unknown, "unsupported_version",
        ]  # fmt: skip
    _remove_injected(system)
    ledger.check()


def _inject(system: System, workspace: str, event_type: str, data: object) -> None:
    with system.connect("clients") as connection:
        connection.execute(
            "INSERT INTO event_log (event_id, workspace_id, type, subject, aggregate_version, "
            "actor, correlation_id, data) VALUES (gen_random_uuid(), %s, %s, "
            '\'injected/\' || gen_random_uuid(), 1, \'{"kind": "system", "id": null, '
            '"name": "test"}\', \'injected\', %s)',
            [workspace, event_type, orjson.dumps(data).decode()],
        )


def _remove_injected(system: System) -> None:
    """Settle the letters, and take the injected events out of what the ledger compares."""
    for service in ("documents", "activity", "metrics"):
        with system.connect(service) as connection:
            ids = connection.execute("SELECT id FROM dead_letters WHERE state = 'parked'")
            letters = [str(letter_id) for (letter_id,) in ids]
        done = system.cli("dead-letters", "discard", "--service", service, *letters)
        assert done.returncode == 0, done.stderr
    with system.connect("clients") as connection:
        connection.execute(
            "UPDATE event_log SET workspace_id = gen_random_uuid() "
            "WHERE correlation_id = 'injected'"
        )


def test_26_a_task_that_the_worker_does_not_know(system: System, ledger: Ledger) -> None:
    """Celery drops it and tells of it, but not what it said; the hole is found and pulled."""
    redis = system.broker.direct
    with system.frozen("activity-worker"):
        ledger.run(1.5)
        renamed = [
            message.replace(b'"activity.ingest"', b'"activity.ingest_next"', 1)
            for message in redis.lrange("activity.ingest", 0, -1)
        ]
        assert renamed
        redis.delete("activity.ingest")
        redis.rpush("activity.ingest", *renamed)
    _survive(ledger)
    eventually("it is told of", lambda: "activity.ingest_next" in system.log())
    assert _batch_of(renamed[0])[:40] not in system.log()


def _batch_of(message: bytes) -> str:
    """The packed envelopes of a message of Celery's."""
    arguments, *_ = orjson.loads(base64.b64decode(orjson.loads(message)["body"]))
    return str(arguments[0])
