"""`timeline verify` finds and names every row that was changed, removed or cut off."""

from __future__ import annotations

import json
import uuid
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import text

from cli.projections.databases import Engines
from cli.timeline import timeline
from services.activity.events.operations.placing import Placer
from shared.ids import uuid7
from shared.messaging.envelope import Event
from shared.messaging.inbox import Inbox
from shared.runtime import Runtime
from tests.factories.envelopes import Source
from tests.factories.events import origin, publish
from tests.integration.projections.conftest import Deliver

UPDATED, DELETED = "clients.client.updated.v1", "clients.client.deleted.v1"


@pytest.fixture
def placed(clients: Runtime, activity: Inbox, deliver: Deliver) -> Runtime:
    """Ten events of a client and three of one that is deleted, applied and placed."""
    source, kept, gone = Source(), uuid7(), uuid7()
    told = [source.tell(UPDATED, client_id=kept, version=n + 1) for n in range(10)]
    told += [source.tell(UPDATED, client_id=gone, version=n + 1) for n in range(2)]
    told.append(source.tell(DELETED, client_id=gone, version=3))
    publish(clients, origin(source.workspace_id), [
        Event(each["type"], each["subject"], each["aggregateversion"],
              uuid.UUID(each["client_id"]),
              each["data"]) for each in told
    ])  # fmt: skip
    deliver()
    runtime = Runtime("activity", clients.settings)
    placer = Placer(runtime.pipe_engine, runtime.vault)
    while placer.make_round():
        pass
    return runtime


@pytest.fixture
def found(environment: dict[str, str]) -> Any:
    """What the command finds: the kinds of differences and where they are."""

    def run() -> list[tuple[str, str]]:
        result = CliRunner().invoke(timeline, ["verify", "--json"], env=environment)
        report = json.loads(result.output)
        assert result.exit_code == (0 if report["ok"] else 1)
        differences = report["projections"][0]["differences"]
        return [(each["what"], each["where"]) for each in differences]

    return run


def test_what_nobody_touched_is_clean_a_deleted_client_too(placed: Runtime, found: Any) -> None:
    assert found() == []


@pytest.mark.parametrize(
    ("statement", "what", "pos"),
    [
        ("""UPDATE events SET data = '{"a": 1}' WHERE pos = 4""", "changed", 4),
        ("""UPDATE events SET data = '{"erased": true}' WHERE pos = 4""", "changed", 4),
        ("UPDATE events SET actor = '{}' WHERE pos = 4", "changed", 4),
        ("DELETE FROM events WHERE pos = 10", "missing", 10),
        ("UPDATE feed SET payload_hash = sha256('x') WHERE source_pos = 4", "seal broken", 4),
        ("UPDATE feed SET seal = sha256('x') WHERE source_pos = 4", "seal broken", 4),
        ("UPDATE feed SET event_id = gen_random_uuid() WHERE source_pos = 4", "extra", 4),
        ("DELETE FROM feed WHERE source_pos = 4", "seal broken", 5),
        ("DELETE FROM feed WHERE source_pos = 4", "no place", 4),
        ("DELETE FROM feed WHERE source_pos = 10", "no place", 10),
        ("DELETE FROM feed WHERE source_pos = 10", "cut off", None),
        ("DELETE FROM feed WHERE source_pos <= 10", "cut off", None),
        ("DELETE FROM feed_chains", "cut off", None),
    ],
)
def test_a_row_that_was_touched_is_named(
    placed: Runtime, owners: Engines, found: Any, statement: str, what: str, pos: int | None
) -> None:
    with owners("activity").begin() as connection:
        assert connection.execute(text(statement)).rowcount > 0
    where = "chain" if pos is None else str(pos)
    assert (what, where) in {(each, place.split()[1]) for each, place in found()}


def test_an_end_that_was_cut_off_with_its_note_is_named_all_the_same(
    placed: Runtime, owners: Engines, found: Any
) -> None:
    """Everything put as if the last event had never been: the producer's log knows better."""
    with owners("activity").begin() as connection:
        connection.execute(text("DELETE FROM events WHERE pos = 10"))
        connection.execute(text(
            "UPDATE feed_chains AS c SET entries = c.entries - 1, seal = f.seal FROM feed AS f "
            "WHERE f.source_pos = 9 AND c.chain_id = f.client_id"))  # fmt: skip
        connection.execute(text("DELETE FROM feed WHERE source_pos = 10"))
    ((what, where),) = found()
    assert (what, where.split()[1]) == ("no place", "10")
