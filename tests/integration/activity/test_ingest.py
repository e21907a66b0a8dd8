"""The timeline holds every event once, and nothing of a deleted client."""

from __future__ import annotations

import random
import socket
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

import orjson
import pytest
from sqlalchemy import Connection, Engine, text

from services.activity.events.consumers import apply
from services.activity.service import ACTIVITY
from services.activity.settings import ActivitySettings
from shared.ids import uuid7
from shared.messaging import dead_letters
from shared.messaging.envelope import Envelope, pack
from shared.messaging.inbox import Inbox
from shared.messaging.nudge import APPLIED
from shared.messaging.topology import ingest_task
from shared.processes.worker import create_worker
from shared.runtime import Runtime
from shared.settings import load
from tests.factories.envelopes import Source
from tests.factories.events import batch
from tests.fixtures.statements import noted_statements
from tests.integration.messaging.conftest import until_someone_waits_for_a_lock

UPDATED = "clients.client.updated.v1"
DELETED = "clients.client.deleted.v1"


def _updates(source: Source, client_id: uuid.UUID, count: int) -> list[Envelope]:
    return [source.tell(UPDATED, client_id=client_id, version=n + 1) for n in range(count)]


def _kept(owner: Engine) -> list[str]:
    """The events that still say something; that a client was deleted is said by no word of it."""
    query = text(
        "SELECT event_id FROM events "
        f"WHERE NOT data @> '{{\"erased\": true}}' AND type <> '{DELETED}'"
    )
    with owner.connect() as connection:
        return [str(row) for row in connection.scalars(query)]


def _places(owner: Engine) -> list[int]:
    with owner.connect() as connection:
        return list(connection.scalars(text("SELECT pos FROM events ORDER BY pos")))


@contextmanager
def _as_app(runtime: Runtime, source: Source) -> Iterator[Connection]:
    """A transaction as the inbox opens it around `apply`."""
    with runtime.app_engine.begin() as connection:
        connection.execute(
            text("SELECT set_config('app.workspace', :id, true)"), {"id": str(source.workspace_id)}
        )
        yield connection


def test_everything_an_envelope_says_is_kept(inbox: Inbox, owner: Engine, source: Source) -> None:
    told = source.tell(UPDATED, client_id=uuid7())
    inbox.ingest(batch([told]))
    with owner.connect() as connection:
        row = connection.execute(text("SELECT * FROM events")).one()
    assert str(row.event_id) == told["id"]
    assert (str(row.workspace_id), str(row.client_id)) == (told["workspace"], told["client_id"])
    assert (row.source, str(row.epoch), row.pos) == ("/clients", told["epoch"], told["pos"])
    assert (row.type, row.subject, row.aggregate_version) == (UPDATED, told["subject"], 1)
    assert row.occurred_at.isoformat() == "2026-11-23T09:30:00.125000+00:00"
    assert (row.actor, row.data, row.correlation_id) == (told["actor"], told["data"], "test")
    assert (row.causation_id, row.traceparent) == (None, None)


def test_events_without_a_client_are_kept_too(inbox: Inbox, owner: Engine, source: Source) -> None:
    told = source.tell("clients.workspace.updated.v1", subject="workspace/1")
    inbox.ingest(batch([told]))
    assert _kept(owner) == [told["id"]]


def test_shuffled_and_repeated_deliveries_leave_each_event_once(
    inbox: Inbox, owner: Engine, source: Source
) -> None:
    told = [e for _ in range(3) for e in _updates(source, uuid7(), 40)]
    deliveries = told * 3
    random.Random(7).shuffle(deliveries)
    for start in range(0, len(deliveries), 17):
        inbox.ingest(batch(deliveries[start : start + 17]))
    assert sorted(_kept(owner)) == sorted(envelope["id"] for envelope in told)


def test_applying_past_the_inbox_again_changes_nothing(
    runtime: Runtime, owner: Engine, source: Source
) -> None:
    told = _updates(source, uuid7(), 5)
    for _ in range(2):
        with _as_app(runtime, source) as connection:
            apply(connection, told)
    assert len(_kept(owner)) == 5


def test_a_batch_of_a_hundred_takes_one_statement(runtime: Runtime, source: Source) -> None:
    with _as_app(runtime, source) as connection, noted_statements() as statements:
        apply(connection, _updates(source, uuid7(), 100))
    assert len(statements) == 1


def test_deleting_a_client_takes_its_words_and_only_its_words(
    inbox: Inbox, owner: Engine, source: Source
) -> None:
    gone, stays = uuid7(), uuid7()
    kept = _updates(source, stays, 3)
    inbox.ingest(batch(_updates(source, gone, 3) + kept))
    inbox.ingest(batch([source.tell(DELETED, client_id=gone, version=4)]))
    assert sorted(_kept(owner)) == sorted(envelope["id"] for envelope in kept)


def test_of_an_event_that_arrives_after_the_deletion_its_place_alone_is_kept(
    inbox: Inbox, owner: Engine, source: Source
) -> None:
    gone = uuid7()
    late = _updates(source, gone, 3)
    late[1]["actor"]["kind"] = "contact"
    deletion = source.tell(DELETED, client_id=gone, version=4)
    inbox.ingest(batch([late[0], deletion]))
    inbox.ingest(batch(late[1:]))
    assert _kept(owner) == []
    assert _places(owner) == [1, 2, 3, 4]
    with owner.connect() as connection:
        names = set(connection.scalars(text("SELECT actor ->> 'name' FROM events")))
    assert names == {"Jo Park", "erased"}


def test_what_was_told_of_money_on_an_issued_invoice_stays(
    inbox: Inbox, owner: Engine, source: Source
) -> None:
    gone = uuid7()
    told = source.tell_invoice(uuid7(), gone, 2, "issued")
    inbox.ingest(batch([told, source.tell(DELETED, client_id=gone, version=3)]))
    with owner.connect() as connection:
        data = connection.scalar(text("SELECT data FROM events WHERE pos = 1"))
    assert data == {"erased": True, "invoice": told["data"]["invoice"]}


def test_a_deletion_waits_for_rows_that_are_being_written_and_takes_them_too(
    runtime: Runtime, inbox: Inbox, owner: Engine, source: Source
) -> None:
    gone = uuid7()
    written = _updates(source, gone, 2)
    deletion = batch([source.tell(DELETED, client_id=gone, version=3)])
    deleting = threading.Thread(target=inbox.ingest, args=(deletion,))
    with _as_app(runtime, source) as connection:
        apply(connection, written)
        deleting.start()
        deleting.join(0.3)
        assert deleting.is_alive(), "the deletion did not wait for the writer"
    deleting.join(10)
    assert _kept(owner) == []


def test_a_deletion_waits_for_a_letter_that_is_being_parked_and_takes_it_too(
    runtime: Runtime, inbox: Inbox, owner: Engine, source: Source
) -> None:
    gone = uuid7()
    (letter,) = _updates(source, gone, 1)
    deletion = batch([source.tell(DELETED, client_id=gone, version=3)])
    deleting = threading.Thread(target=inbox.ingest, args=(deletion,))
    with runtime.pipe_engine.begin() as connection:
        dead_letters.park(connection, letter["epoch"], letter, "unknown_type", "", 1)
        deleting.start()
        until_someone_waits_for_a_lock(runtime)
    deleting.join(30)
    with owner.connect() as connection:
        row = connection.execute(text("SELECT state, envelope FROM dead_letters")).one()
    assert (row.state, row.envelope["data"]) == ("discarded", {"erased": True})


@pytest.mark.parametrize("prepared", [False, True])
def test_a_writer_waits_for_a_deletion_and_then_adds_nothing(
    runtime: Runtime, inbox: Inbox, owner: Engine, source: Source, prepared: bool
) -> None:
    """A prepared statement takes its locks and its snapshot another way."""
    gone, other = uuid7(), uuid7()
    before = _updates(source, other, 8 if prepared else 0)
    for envelope in before:
        inbox.ingest(batch([envelope]))
    late = batch(_updates(source, gone, 2))
    writing = threading.Thread(target=inbox.ingest, args=(late,))
    with _as_app(runtime, source) as connection:
        apply(connection, [source.tell(DELETED, client_id=gone, version=3)])
        writing.start()
        writing.join(0.3)
        assert writing.is_alive(), "the writer did not wait for the deletion"
    writing.join(10)
    assert sorted(_kept(owner)) == sorted(envelope["id"] for envelope in before)


def test_a_deletion_leaves_another_workspace_alone(
    inbox: Inbox, owner: Engine, source: Source
) -> None:
    other, shared_id = Source(), uuid7()
    kept = other.tell(UPDATED, client_id=shared_id)
    kept["pos"] = 99
    inbox.ingest(batch([kept]))
    inbox.ingest(batch([source.tell(DELETED, client_id=shared_id)]))
    assert _kept(owner) == [kept["id"]]


@pytest.mark.parametrize("field", ["id", "time", "client_id"])
def test_an_envelope_with_a_broken_field_is_parked_and_the_rest_kept(
    inbox: Inbox, owner: Engine, source: Source, field: str
) -> None:
    told = _updates(source, uuid7(), 3)
    told[1][field] = "broken"  # type: ignore[literal-required]
    inbox.ingest(batch(told))
    assert sorted(_kept(owner)) == sorted([told[0]["id"], told[2]["id"]])


def test_a_worker_tells_its_relay_of_what_it_has_applied(
    environment: dict[str, str], source: Source
) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as relay:
        relay.bind(("127.0.0.1", 0))
        relay.settimeout(30)
        nudged = {**environment, "CLIENTELE_ACTIVITY_NUDGE": f"127.0.0.1:{relay.getsockname()[1]}"}
        app = create_worker(ACTIVITY, load(ActivitySettings, nudged))
        message = pack(orjson.dumps(batch([source.tell(UPDATED, client_id=uuid7())])))
        app.tasks[ingest_task("activity")](message)
        assert relay.recv(16) == APPLIED
        # What was known already leaves nothing more to do.
        app.tasks[ingest_task("activity")](message)
        relay.setblocking(False)
        with pytest.raises(BlockingIOError):
            relay.recv(16)
