"""Webhooks over HTTP: what is taken, what is shown, and to whom."""

from __future__ import annotations

from typing import Any

import pytest

from services.activity.events.queries.feed import bounds
from services.activity.events.rules.cursors import cursor_of
from shared.ids import uuid7
from tests.fixtures.sink import Reply, Sink
from tests.integration.webhooks.conftest import MakeOffice, Office


def test_the_secret_is_shown_once_and_is_not_kept_in_clear(office: Office, sink: Sink) -> None:
    made = office.add(sink.url(), description="ERP")
    secret = made.pop("secret")
    assert secret.startswith("whsec_")
    assert office.webhook(made) == made
    assert office.ok("GET")["data"] == [made]
    row = office.database.execute("SELECT w::text FROM webhooks w").fetchone()
    assert row is not None
    assert secret not in row[0]


def test_a_create_sent_twice_under_one_key_makes_one(office: Office, sink: Sink) -> None:
    body = {"url": sink.url(), "types": ["*"]}
    first, second = (office.ok("POST", "", body, Idempotency_Key="k") for _ in range(2))
    assert first == second
    assert len(office.ok("GET")["data"]) == 1


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "url"),
        ({"types": []}, "types"),
        ({"types": ["no.such.type"]}, "types"),
        ({"types": ["clients.*", "clients.nothing.*"]}, "types"),
        ({"types": ["activity.client.erased.v1"]}, "types"),
        ({"types": ["clients.*"] * 51}, "types"),
        ({"ordered": "perhaps"}, "ordered"),
        ({"secret": "whsec_mine"}, "secret"),
        ({"description": "x" * 201}, "description"),
        ({"url": "https://example.com/" + "x" * 2000}, "url"),
    ],
)
def test_a_wrong_body_is_refused(
    office: Office, sink: Sink, body: dict[str, Any], field: str
) -> None:
    given = {"url": sink.url(), "types": ["*"], **body}
    if not body:
        del given["url"]
    answer = office.call("POST", "", given)
    assert answer.status_code == 422, answer.text
    assert {each["field"].partition("[")[0] for each in answer.json["errors"]} == {field}


def test_a_stale_change_is_refused(office: Office, sink: Sink) -> None:
    webhook = office.add(sink.url())
    path = f"/{webhook['id']}"
    changed = office.call("PATCH", path, {"description": "one"}, If_Match='"1"')
    assert (changed.status_code, changed.headers["ETag"]) == (200, '"2"')
    assert office.call("PATCH", path, {"description": "two"}, If_Match='"1"').status_code == 412
    assert office.webhook(webhook)["description"] == "one"


def test_only_who_manages_webhooks_may_see_or_touch_them(office: Office, sink: Sink) -> None:
    webhook = office.add(sink.url())
    without = frozenset({"clients.view", "workspace.manage"})
    for method, path in (("GET", ""), ("POST", ""), ("GET", f"/{webhook['id']}"),
                         ("PATCH", f"/{webhook['id']}"), ("POST", f"/{webhook['id']}/ping"),
                         ("GET", f"/{webhook['id']}/deliveries")):  # fmt: skip
        body = None if method == "GET" else {"url": "https://10.0.0.1/"}
        assert office.call(method, path, body, permissions=without).status_code == 403


def test_another_workspace_sees_touches_and_is_told_nothing(
    make_office: MakeOffice, sink: Sink
) -> None:
    mine, theirs = make_office(), make_office()
    webhook = mine.add(sink.url("/mine"))
    theirs.add(sink.url("/theirs"))
    event_id = mine.tell(uuid7())
    mine.dispatch()
    assert (sink.ids("/mine"), sink.ids("/theirs")) == ([event_id], [])
    (delivery,) = mine.deliveries(webhook)
    path = f"/{webhook['id']}"
    for method, part in (("GET", ""), ("PATCH", ""), ("DELETE", ""), ("POST", "/ping"),
                         ("POST", "/pause"), ("POST", "/rotate-secret"), ("GET", "/deliveries"),
                         ("GET", f"/deliveries/{delivery['id']}"),
                         ("POST", f"/deliveries/{delivery['id']}/resend")):  # fmt: skip
        body = None if method == "GET" else {}
        assert theirs.call(method, path + part, body).status_code == 404, part
    (own,) = theirs.ok("GET")["data"]
    for after in (event_id, str(uuid7())):
        answer = theirs.call("POST", f"/{own['id']}/replay", {"after": after})
        assert answer.json["code"] == "webhooks.unknown_position"


def test_the_delivery_log_is_read_page_by_page_and_by_state(office: Office, sink: Sink) -> None:
    webhook = office.add(sink.url())
    bad = office.tell(uuid7())
    sink.decide = lambda got: Reply(500) if got.message_id == bad else Reply()
    for _ in range(6):
        office.tell(uuid7())
    office.dispatch()
    path, found, cursor = f"/{webhook['id']}/deliveries", [], ""
    while cursor is not None:
        page = office.ok("GET", f"{path}?limit=3" + (f"&cursor={cursor}" if cursor else ""))
        found += page["data"]
        cursor = page["next"]
    assert [each["id"] for each in found] == sorted((each["id"] for each in found), reverse=True)
    assert len(found) == 7
    (waiting,) = office.ok("GET", f"{path}?state=waiting,held")["data"]
    assert waiting["event_id"] == bad
    assert waiting["next_attempt_at"]
    assert waiting["attempts"][0]["status"] == 500


def test_what_is_held_back_or_erased_is_not_sent_again_by_hand(office: Office, sink: Sink) -> None:
    webhook = office.add(sink.url())
    client = uuid7()
    sink.decide = lambda _: Reply(500)
    office.tell(client)
    office.tell(client)
    office.dispatch()
    _, held = office.deliveries(webhook)
    answer = office.call("POST", f"/{webhook['id']}/deliveries/{held['id']}/resend")
    assert (answer.status_code, answer.json["code"]) == (409, "webhooks.cannot_resend")


def test_a_replay_may_begin_at_a_cursor_of_the_feed(office: Office, sink: Sink) -> None:
    webhook = office.add(sink.url())
    client = uuid7()
    told = [office.tell(client) for _ in range(2)]
    office.database.execute("UPDATE feed_state SET last_pos = (SELECT max(pos) FROM feed)")
    with office.runtime.app_engine.connect() as connection:
        head = bounds(connection).head
    cursor = cursor_of(office.runtime.vault, office.workspace_id, head)
    told += [office.tell(client) for _ in range(2)]
    office.dispatch()
    office.ok("POST", f"/{webhook['id']}/replay", {"after": cursor})
    office.dispatch()
    assert sink.ids() == [*told, *told[2:]]


def test_a_workspace_has_only_so_many(
    office: Office, sink: Sink, monkeypatch: pytest.MonkeyPatch
) -> None:
    from services.activity.webhooks.operations import managing

    monkeypatch.setattr(managing, "MOST_WEBHOOKS", 2)
    office.add(sink.url("/1"))
    office.add(sink.url("/2"))
    answer = office.call("POST", "", {"url": sink.url("/3"), "types": ["*"]})
    assert (answer.status_code, answer.json["code"]) == (409, "webhooks.too_many")
