"""A turn costs as much after any number of deliveries, and passes by nothing that waits."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest

from shared.ids import uuid7
from tests.fixtures.databases import Databases
from tests.fixtures.sink import Reply, Sink
from tests.fixtures.statements import Call, blocks_touched, noted_calls
from tests.integration.webhooks.conftest import Office

MANY = 3000
# Without the mark each of the many is visited, and they lie on some 100 blocks.
MOST_BLOCKS = 60

_DELIVER_MANY = """
    INSERT INTO webhook_deliveries (id, workspace_id, webhook_id, event_id, feed_pos, type, state,
                                    created_at)
    SELECT gen_random_uuid(), %s, %s, gen_random_uuid(), n, 'x', 'waiting', clock_timestamp()
    FROM generate_series(1, %s) AS n
"""


@contextmanager
def _held_snapshot(databases: Databases) -> Iterator[None]:
    with psycopg.connect(databases.url("activity")) as dump:
        dump.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        dump.execute("SELECT count(*) FROM webhook_deliveries")
        yield


def _deliver_many(office: Office, webhook: Any) -> None:
    for _ in range(MANY):
        next(office.positions)
    with office.database.transaction():
        given = [office.workspace_id, webhook["id"], MANY]
        office.database.execute(_DELIVER_MANY, given)
        # Now it is known that whatever is looked at waits, which is soon untrue.
    office.database.execute("ANALYZE webhook_deliveries")
    office.database.execute(
        "UPDATE webhook_deliveries SET state = 'delivered', finished_at = clock_timestamp()"
    )


def _mark(office: Office) -> int:
    found = office.database.execute("SELECT low_water_pos, read_pos FROM webhooks").fetchone()
    assert found
    return int(found[0])


def _looks(office: Office) -> list[Call]:
    """What one turn after another asks of the deliveries."""
    office.tell(uuid7())
    with noted_calls() as calls:
        office.dispatch()
    return [
        call
        for call in calls
        if "webhook_deliveries" in call.query and call.query.lstrip().startswith("SELECT")
    ]


def test_a_turn_touches_as_little_after_many_deliveries_while_a_snapshot_is_held(
    office: Office, sink: Sink, databases: Databases
) -> None:
    webhook = office.add(sink.url(), "clients.*")
    with _held_snapshot(databases):
        _deliver_many(office, webhook)
        _looks(office)
        looks = _looks(office)
        assert looks
        for call in looks:
            assert blocks_touched(office.database, call) < MOST_BLOCKS, call.query


def test_the_mark_is_raised_to_what_waits_and_lowered_to_what_waits_anew(
    office: Office, sink: Sink
) -> None:
    """Whatever begins to wait below it is sent: again, released, or read back."""
    webhook, client = office.add(sink.url(), "clients.*"), uuid7()
    told = [office.tell(client) for _ in range(3)]
    office.dispatch()
    assert _mark(office) == 3
    first = office.deliveries(webhook)[0]
    office.ok("POST", f"/{webhook['id']}/deliveries/{first['id']}/resend")
    assert _mark(office) == 0
    office.dispatch()
    assert sink.ids() == [*told, told[0]]
    assert _mark(office) == 3
    office.ok("POST", f"/{webhook['id']}/replay", {"after": told[0]})
    assert _mark(office) == 1
    office.dispatch()
    assert sink.ids() == [*told, told[0], *told[1:]]
    assert _mark(office) == 3


def test_what_is_held_behind_a_failure_is_sent_in_its_place_though_the_mark_has_passed(
    office: Office, sink: Sink
) -> None:
    office.add(sink.url(), "clients.*")
    client, others = uuid7(), [uuid7() for _ in range(3)]
    held = [office.tell(client) for _ in range(3)]
    sink.decide = lambda got: Reply(503 if got.message_id == held[0] else 204)
    office.dispatch()
    passed = [office.tell(each) for each in others]
    office.dispatch()
    assert set(sink.ids()[1:]) == set(passed)
    assert _mark(office) == 6
    sink.decide = lambda _: Reply()
    office.clock.move(minutes=1)
    office.dispatch()
    assert [each for each in sink.ids() if each in held][1:] == held


@pytest.mark.parametrize("rest", [0, 5])
def test_what_waits_after_a_rest_is_sent_in_order_whatever_the_mark(
    office: Office, sink: Sink, rest: int
) -> None:
    """All that waited or was held is due at once when the receiver is back."""
    office.add(sink.url(), "clients.*")
    clients: list[uuid.UUID] = [uuid7() for _ in range(6)]
    told = {each: [office.tell(each) for _ in range(2)] for each in clients}
    sink.decide = lambda _: Reply(503)
    for _ in range(rest + 1):
        office.dispatch()
        office.clock.move(hours=1)
    sink.decide = lambda _: Reply()
    office.clock.move(hours=6)
    office.dispatch()
    arrived = sink.ids()[-12:]
    for each in clients:
        assert [one for one in arrived if one in told[each]] == told[each]
