"""However much there is of it: what is held in memory is bounded, and so is a transaction."""

from __future__ import annotations

import uuid
from typing import Any

import orjson
import pytest

from services.activity.webhooks.operations import purging
from services.activity.webhooks.operations.handing_out import HandedOut, Room, hand_out
from services.activity.webhooks.operations.reading import read_on
from services.activity.webhooks.queries import get_webhook
from services.activity.webhooks.tasks import serving
from services.activity.webhooks.tasks.purging import purge
from shared.clock import now
from shared.http.paging import MAX_PAGE_BYTES
from shared.ids import uuid7
from tests.fixtures.sink import Sink
from tests.integration.webhooks.conftest import Office

_COPY = """
    INSERT INTO webhook_deliveries (id, workspace_id, webhook_id, event_id, feed_pos, type, state,
                                    created_at)
    SELECT gen_random_uuid(), %s, %s, gen_random_uuid(), n, 'x', 'waiting', clock_timestamp()
    FROM generate_series(100, 99 + %s) AS n
"""
# Twenty attempts, each with the most that is kept of an answer.
_ANSWER_AT_LENGTH = """
    UPDATE webhook_deliveries SET attempts = (
        SELECT jsonb_agg(jsonb_build_object(
            'at', '2026-11-23T09:30:00Z', 'duration_ms', 1, 'status', 500, 'error', 'status_500',
            'response', repeat('x', 1000))) FROM generate_series(1, 20))
"""


def _size(office: Office, size: int) -> None:
    office.database.execute("UPDATE feed SET size = %s", [size])


def _hand_out(office: Office, webhook: Any, room: Room, but: list[uuid.UUID]) -> list[HandedOut]:
    moment = now()
    with office.runtime.unit_of_work(office.runtime.own_origin(office.workspace_id)) as uow:
        found = get_webhook(uow.session, uuid.UUID(webhook["id"]), lock=True)
        read_on(uow, found, moment)
        uow.flush()
        return hand_out(uow, found, moment, but, room, found.read_pos)


def test_no_more_is_handed_out_than_fits(office: Office, sink: Sink) -> None:
    webhook = office.add(sink.url(), "clients.*")
    told = [office.tell(uuid7()) for _ in range(5)]
    _size(office, 400_000)
    first = _hand_out(office, webhook, Room(200, 1_000_000), [])
    assert [each.message_id for each in first] == told[:2]
    held = [each.id for each in first]
    assert _hand_out(office, webhook, Room(198, 300_000), held) == []
    rest = _hand_out(office, webhook, Room(198, 450_000), held)
    assert [each.message_id for each in rest] == told[2:3]


def test_what_is_larger_than_there_is_ever_room_for_is_handed_out_alone(
    office: Office, sink: Sink
) -> None:
    webhook = office.add(sink.url(), "clients.*")
    told = [office.tell(uuid7()) for _ in range(2)]
    _size(office, 400_000)
    found = _hand_out(office, webhook, Room(200, 1_000), [])
    assert [each.message_id for each in found] == told[:1]


@pytest.mark.parametrize("ordered", [True, False])
def test_everything_arrives_whatever_the_room(
    office: Office, sink: Sink, monkeypatch: pytest.MonkeyPatch, *, ordered: bool
) -> None:
    monkeypatch.setattr(serving, "WINDOW_BYTES", 3_000)
    office.add(sink.url(), "clients.*", ordered=ordered)
    client = uuid7()
    told = [office.tell(client) for _ in range(30)]
    _size(office, 2_000)
    office.dispatch()
    assert sorted(sink.ids()) == sorted(told)
    assert not ordered or sink.ids() == told


def test_a_long_log_goes_with_its_webhook_batch_by_batch(
    office: Office, sink: Sink, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(purging, "BATCH", 10)
    webhook, other = office.add(sink.url()), office.add(sink.url("/other"))
    for each, rows in ((webhook, 25), (other, 3)):
        office.database.execute(_COPY, [office.workspace_id, each["id"], rows])
    office.ok("DELETE", f"/{webhook['id']}")
    assert _left(office) == 25 - 10 + 3
    for method, part in (("GET", ""), ("PATCH", ""), ("DELETE", ""), ("POST", "/resume"),
                         ("POST", "/ping"), ("GET", "/deliveries")):  # fmt: skip
        body = None if method == "GET" else {}
        assert office.call(method, f"/{webhook['id']}{part}", body).status_code == 404, part
    assert [each["id"] for each in office.ok("GET")["data"]] == [other["id"]]
    purge(office.runtime, now())
    assert _left(office) == 3
    (count,) = office.database.execute("SELECT count(*) FROM webhooks").fetchone() or (None,)
    assert count == 1


def test_a_page_of_the_log_ends_where_answers_are_long_and_leaves_nothing_out(
    office: Office, sink: Sink
) -> None:
    webhook = office.add(sink.url())
    office.database.execute(_COPY, [office.workspace_id, webhook["id"], 200])
    office.database.execute(_ANSWER_AT_LENGTH)
    pages, query = [], ""
    while not pages or pages[-1]["next"]:
        pages.append(office.ok("GET", f"/{webhook['id']}/deliveries?limit=200{query}"))
        query = f"&cursor={pages[-1]['next']}"
    assert max(len(orjson.dumps(page)) for page in pages) < MAX_PAGE_BYTES * 1.2
    assert len({each["id"] for page in pages for each in page["data"]}) == 200


def test_a_short_log_goes_with_its_webhook_at_once(office: Office, sink: Sink) -> None:
    webhook = office.add(sink.url())
    office.tell(uuid7())
    office.dispatch()
    office.ok("DELETE", f"/{webhook['id']}")
    assert office.database.execute("SELECT count(*) FROM webhooks").fetchone() == (0,)
    assert _left(office) == 0


def _left(office: Office) -> int:
    found = office.database.execute("SELECT count(*) FROM webhook_deliveries").fetchone()
    assert found
    return int(found[0])
