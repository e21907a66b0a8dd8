"""A projection built anew from the logs is the live one, row by row, and appears at once."""

from __future__ import annotations

import random
import threading
import uuid
from collections.abc import Sequence
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import text

from cli.projections.commands import projections
from cli.projections.databases import Engines
from cli.projections.rebuilding import PROJECTIONS, CannotRebuild, rebuild
from shared.ids import uuid7
from shared.messaging.envelope import Envelope, Event
from shared.messaging.inbox import Inbox
from shared.runtime import Runtime
from tests.factories.envelopes import Source
from tests.factories.events import batch, origin, publish
from tests.integration.messaging.conftest import read_log
from tests.integration.projections.conftest import Deliver

TABLES = {
    "metrics": ("project_facts", "invoice_facts", "client_metrics", "erased_clients"),
    "activity": ("events", "erased_clients"),
}


def _as_event(envelope: Envelope) -> Event:
    client_id = envelope["client_id"]
    return Event(
        envelope["type"],
        envelope["subject"],
        envelope["aggregateversion"],
        None if client_id is None else uuid.UUID(client_id),
        envelope["data"],
    )


def _say(producer: Runtime, source: Source, envelopes: Sequence[Envelope]) -> None:
    where = origin(source.workspace_id)
    publish(producer, where, [_as_event(envelope) for envelope in envelopes])


def _history(source: Source, seed: int) -> list[Envelope]:
    """Some clients with their projects and invoices; the last client is deleted midway."""
    chance = random.Random(seed)
    clients = [uuid7() for _ in range(5)]
    told = []
    for client_id in clients:
        told.append(source.tell("clients.client.created.v1", client_id=client_id))
        for _ in range(3):
            project, invoice = uuid7(), uuid7()
            for version in range(1, chance.randint(2, 5)):
                told.append(source.tell_project(project, client_id, version,
                            chance.choice(["active", "completed"])))  # fmt: skip
                told.append(source.tell_invoice(invoice, client_id, version,
                            chance.choice(["draft", "issued", "paid", "void"])))  # fmt: skip
    told.append(source.tell("clients.client.deleted.v1", client_id=clients[-1], version=2))
    return told


@pytest.fixture
def history(clients: Runtime, documents: Runtime) -> None:
    """Two workspaces with a past in both producers."""
    for seed in (1, 2):
        source = Source()
        _say(clients, source, _history(source, seed))
        added = [source.tell("documents.document.added.v1", client_id=uuid7()) for _ in range(5)]
        _say(documents, source, added)


def _rows(owners: Engines, consumer: str) -> dict[str, list[Any]]:
    with owners(consumer).connect() as connection:
        return {
            table: sorted(connection.scalars(text(f"SELECT CAST(t AS text) FROM {table} t")))
            for table in TABLES[consumer]
        }


def _positions(owners: Engines, consumer: str) -> dict[str, int]:
    with owners(consumer).connect() as connection:
        rows = connection.execute(text("SELECT source, contiguous_pos FROM consumer_progress"))
        return {row.source: row.contiguous_pos for row in rows}


def _no_progress(source: str, position: int, head: int) -> None:
    """Nobody watches."""


@pytest.mark.parametrize("consumer", ["metrics", "activity"])
def test_rebuilt_is_live_row_by_row(
    owners: Engines, deliver: Deliver, history: None, consumer: str
) -> None:
    deliver()
    live, positions = _rows(owners, consumer), _positions(owners, consumer)
    assert all(live.values())
    rebuild(owners, PROJECTIONS[consumer], _no_progress)
    assert _rows(owners, consumer) == live
    assert _positions(owners, consumer) == positions


@pytest.mark.parametrize("consumer", ["metrics", "activity"])
def test_rebuilding_repairs_what_was_damaged(
    owners: Engines, deliver: Deliver, history: None, consumer: str
) -> None:
    deliver()
    live = _rows(owners, consumer)
    damage = {
        "metrics": "UPDATE client_metrics SET paid_invoices = 99",
        "activity": "DELETE FROM events WHERE pos % 3 = 0",
    }
    with owners(consumer).begin() as connection:
        connection.execute(text(damage[consumer]))
    assert _rows(owners, consumer) != live
    rebuild(owners, PROJECTIONS[consumer], _no_progress)
    assert _rows(owners, consumer) == live


@pytest.mark.parametrize("consumer", ["metrics", "activity"])
def test_rebuilding_needs_no_consumer_to_have_run(
    owners: Engines, deliver: Deliver, history: None,
    clients: Runtime, documents: Runtime, consumer: str,
) -> None:  # fmt: skip
    read_log(clients), read_log(documents)
    rebuild(owners, PROJECTIONS[consumer], _no_progress)
    # What it has erased meanwhile it tells, and so hears of it afterwards.
    rebuilt, positions = _of_others(owners, consumer), _positions(owners, consumer)
    deliver()
    assert _of_others(owners, consumer) == rebuilt
    assert _positions(owners, consumer) | {"/activity": 0} == positions | {"/activity": 0}


def _of_others(owners: Engines, consumer: str) -> dict[str, list[Any]]:
    """What others have told, whenever it was applied."""
    rows = _rows(owners, consumer)
    rows.pop("erased_clients", None)
    return {table: [row for row in of if ",/activity," not in row] for table, of in rows.items()}


def test_readers_see_the_old_rows_until_the_new_ones_are_whole(
    owners: Engines, deliver: Deliver, history: None
) -> None:
    deliver()
    live = _rows(owners, "metrics")
    seen: list[dict[str, list[Any]]] = []
    rebuild(owners, PROJECTIONS["metrics"], lambda *_: seen.append(_rows(owners, "metrics")))
    assert seen
    assert all(rows == live for rows in seen)


def test_a_rebuild_that_fails_changes_nothing(
    owners: Engines, deliver: Deliver, history: None, clients: Runtime
) -> None:
    deliver()
    live = _rows(owners, "metrics")
    source = Source()
    poison = source.tell_project(uuid7(), uuid7(), 1, "active")
    _say(clients, source, [poison])
    read_log(clients)
    with owners("clients").begin() as connection:
        connection.execute(
            text("UPDATE event_log SET data = '{}' WHERE workspace_id = :id"),
            {"id": source.workspace_id},
        )
    with pytest.raises(CannotRebuild, match=r"clients\.project\.created\.v1"):
        rebuild(owners, PROJECTIONS["metrics"], _no_progress)
    assert _rows(owners, "metrics") == live


def test_a_parked_event_stays_parked(
    owners: Engines, deliver: Deliver, history: None, clients: Runtime
) -> None:
    source = Source()
    _say(clients, source, [source.tell_project(uuid7(), uuid7(), 1, "active")])
    read_log(clients)
    with owners("clients").begin() as connection:
        connection.execute(
            text("UPDATE event_log SET data = '{}' WHERE workspace_id = :id"),
            {"id": source.workspace_id},
        )
    deliver()
    live = _rows(owners, "metrics")
    rebuild(owners, PROJECTIONS["metrics"], _no_progress)
    assert _rows(owners, "metrics") == live


def test_events_applied_while_rebuilding_are_neither_lost_nor_doubled(
    owners: Engines, deliver: Deliver, history: None, clients: Runtime, metrics: Inbox
) -> None:
    deliver()
    source = Source()
    client_id = uuid7()
    _say(clients, source, [source.tell_invoice(uuid7(), client_id, 3, "paid") for _ in range(20)])
    late = batch([e for e in read_log(clients) if e["workspace"] == str(source.workspace_id)])
    ingesting = threading.Thread(target=metrics.ingest, args=(late,))
    rebuild(owners, PROJECTIONS["metrics"], lambda *_: _start_once(ingesting))
    ingesting.join(20)
    with owners("metrics").connect() as connection:
        paid = text("SELECT paid_invoices FROM client_metrics WHERE client_id = :id")
        assert connection.scalar(paid, {"id": client_id}) == 20
    assert _positions(owners, "metrics")["/clients"] == len(read_log(clients))


def _start_once(thread: threading.Thread) -> None:
    if thread.ident is None:
        thread.start()
        thread.join(0.2)


@pytest.mark.parametrize("consumer", ["metrics", "activity"])
def test_the_command_says_how_much_it_applied(
    owners: Engines, deliver: Deliver, history: None, environment: dict[str, str], consumer: str
) -> None:
    deliver()
    ran = CliRunner().invoke(projections, ["rebuild", consumer, "--json"], env=environment)
    assert ran.exit_code == 0, ran.output
    sources = {"metrics": ("clients",), "activity": ("clients", "documents", "activity")}[consumer]
    total = sum(_positions(owners, consumer)[f"/{source}"] for source in sources)
    assert ran.output.strip() == f'{{"projection": "{consumer}", "applied": {total}}}'
