"""After another life of a log, timeline, numbers, aliases, feed and files are what it says now."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import text

from cli.projections.databases import Engines
from cli.projections.rebuilding import PROJECTIONS, rebuild
from cli.timeline import timeline as timeline_command
from services.activity.events.operations.placing import Placer
from services.activity.events.queries import feed
from services.documents.files.consumers import apply as apply_to_documents
from shared.ids import uuid7
from shared.messaging.dead_letters import park
from shared.messaging.envelope import Envelope, Event
from shared.messaging.inbox import Inbox
from shared.messaging.reconciler import Reconciler
from shared.runtime import Runtime
from tests.factories.envelopes import Source
from tests.factories.events import origin, publish
from tests.integration.messaging.conftest import as_producer, look_until_level, lose, read_log
from tests.integration.projections.conftest import Deliver

UPDATED, DELETED = "clients.client.updated.v1", "clients.client.deleted.v1"
MERGED, CREATED = "clients.client.merged.v1", "clients.client.created.v1"

Say = Callable[..., None]


@pytest.fixture
def source() -> Source:
    """What the clients service tells."""
    return Source()


@pytest.fixture
def say(clients: Runtime, source: Source) -> Say:
    """Write events into the log of the clients service."""

    def run(*told: Envelope) -> None:
        publish(clients, origin(source.workspace_id), [
            Event(each["type"], each["subject"], each["aggregateversion"],
                  uuid.UUID(str(each["client_id"])), each["data"]) for each in told
        ])  # fmt: skip

    return run


@pytest.fixture
def files(clients: Runtime) -> Inbox:
    """The inbox of documents."""
    return Inbox("documents", Runtime("documents", clients.settings).pipe_engine,
                 apply_to_documents)  # fmt: skip


@pytest.fixture
def follow(clients: Runtime, metrics: Inbox, activity: Inbox, files: Inbox) -> Callable[[], None]:
    """Let every consumer look at the log until it is level with it."""

    def run() -> None:
        for inbox in (metrics, activity, files):
            look_until_level(Reconciler(inbox, as_producer(clients)).make_round)

    return run


def _merge(source: Source, gone: uuid.UUID, into: uuid.UUID) -> Envelope:
    def fill(data: dict[str, Any]) -> None:
        data["source"]["id"], data["target"]["id"], data["aliases"] = str(gone), str(into), []

    return source.tell(MERGED, client_id=into, version=2, change=fill)


def _rows(owners: Engines, service: str, query: str) -> list[tuple[Any, ...]]:
    with owners(service).connect() as connection:
        return [tuple(row) for row in connection.execute(text(query))]


def test_numbers_are_those_of_the_log_and_of_no_newer_version_that_is_lost(
    say: Say, source: Source, clients: Runtime, owners: Engines, deliver: Deliver,
    follow: Callable[[], None],
) -> None:  # fmt: skip
    client_id, kept, lost = uuid7(), uuid7(), uuid7()
    say(source.tell_invoice(kept, client_id, 1, "issued", "70.00"))
    deliver()
    follow()
    say(source.tell_invoice(kept, client_id, 2, "paid", "70.00"),
        source.tell_invoice(lost, client_id, 1, "paid", "30.00"))  # fmt: skip
    deliver()
    lose(clients, 1)
    follow()
    numbers = "SELECT invoices_issued, paid_invoices, total_revenue FROM client_metrics"
    assert _rows(owners, "metrics", numbers) == [(1, 0, [])]


def test_a_merge_that_was_taken_back_leaves_no_alias(
    say: Say, source: Source, clients: Runtime, owners: Engines, files: Inbox,
    deliver: Deliver, follow: Callable[[], None],
) -> None:  # fmt: skip
    first, second, project = uuid7(), uuid7(), uuid7()
    say(source.tell(CREATED, client_id=first), source.tell(CREATED, client_id=second),
        source.tell_project(project, first, 1, "active"))  # fmt: skip
    deliver()
    follow()
    say(_merge(source, first, second), source.tell(CREATED, client_id=uuid7()))
    deliver()
    follow()
    lose(clients, 3)
    follow()
    for service in ("activity", "metrics", "documents"):
        assert _rows(owners, service, "SELECT client_id FROM client_aliases") == []
    assert _rows(owners, "metrics", "SELECT client_id FROM project_facts") == [(first,)]
    refs = _rows(owners, "documents", "SELECT client_id FROM client_refs ORDER BY client_id")
    assert refs == [(first,), (second,)]


def test_a_deletion_that_was_taken_back_is_no_deletion(
    say: Say, source: Source, clients: Runtime, owners: Engines, deliver: Deliver,
    follow: Callable[[], None],
) -> None:  # fmt: skip
    gone, alive = uuid7(), uuid7()
    say(source.tell(UPDATED, client_id=gone), source.tell(DELETED, client_id=gone, version=2),
        source.tell(UPDATED, client_id=alive))  # fmt: skip
    deliver()
    say(source.tell(DELETED, client_id=alive, version=2))
    deliver()
    follow()
    lose(clients, 3)
    follow()
    for service in ("activity", "metrics", "documents"):
        assert _rows(owners, service, "SELECT client_id FROM erased_clients") == [(gone,)]
    silent = """SELECT count(*) FROM events WHERE data @> '{"erased": true}'"""
    assert _rows(owners, "activity", silent) == [(1,)]


def test_what_is_lost_stays_in_the_chain_of_seals_and_is_read_by_nobody(
    say: Say, source: Source, clients: Runtime, owners: Engines, deliver: Deliver,
    follow: Callable[[], None], environment: dict[str, str],
) -> None:  # fmt: skip
    client_id = uuid7()
    runtime = Runtime("activity", clients.settings)
    placer = Placer(runtime.pipe_engine, runtime.vault)
    say(*(source.tell(UPDATED, client_id=client_id, version=n + 1) for n in range(5)))
    deliver()
    look_until_level(placer.make_round)
    lose(clients, 3)
    say(source.tell(UPDATED, client_id=client_id, version=4))
    read_log(clients)
    follow()
    look_until_level(placer.make_round)
    assert _rows(owners, "activity", "SELECT pos FROM feed_lost ORDER BY pos") == [(4,), (5,)]
    assert _rows(owners, "activity", "SELECT source_pos FROM feed WHERE pos > 5") == [(4,)]
    with runtime.unit_of_work(origin(source.workspace_id)) as uow:
        page = feed.read(uow.connection, source.workspace_id, 3, 6, [UPDATED], 1)
    assert [each.pos for each in page.events] == [6], "though a page would be full of what is lost"
    result = CliRunner().invoke(timeline_command, ["verify", "--json"], env=environment)
    assert json.loads(result.output)["ok"], result.output


def test_a_rebuild_passes_by_no_event_for_a_letter_of_an_ended_life(
    say: Say, source: Source, clients: Runtime, owners: Engines, activity: Inbox,
    deliver: Deliver,
) -> None:  # fmt: skip
    client_id = uuid7()
    say(*(source.tell(UPDATED, client_id=client_id, version=n + 1) for n in range(3)))
    deliver()
    with activity.engine.begin() as connection:
        park(connection, str(uuid7()), read_log(clients)[1], "test", "of an ended life", 1)
    assert rebuild(owners, PROJECTIONS["activity"], lambda *_: None) == 3
