"""What is done to a webhook is told, by whomever, and once."""

from __future__ import annotations

from typing import Any

from psycopg.rows import dict_row

from shared.ids import uuid7
from tests.fixtures.sink import Reply, Sink
from tests.integration.webhooks.conftest import Office


def _told(office: Office, webhook: Any) -> list[dict[str, Any]]:
    with office.database.cursor(row_factory=dict_row) as cursor:
        query = "SELECT * FROM event_log WHERE subject = %s ORDER BY aggregate_version"
        return list(cursor.execute(query, [f"webhook/{webhook['id']}"]))


def _deeds(office: Office, webhook: Any) -> list[str]:
    return [each["type"].split(".")[2] for each in _told(office, webhook)]


def test_every_deed_is_told_with_who_did_it_and_without_a_secret(
    office: Office, sink: Sink
) -> None:
    webhook = office.add(sink.url("/hook?key=hidden"))
    path = f"/{webhook['id']}"
    office.ok("PATCH", path, {"url": sink.url("/other?key=hidden"), "ordered": False})
    for deed, body in (("pause", None), ("resume", None), ("rotate-secret", None),
                       ("replay", {"after": "2026-01-01T00:00:00Z"})):  # fmt: skip
        office.ok("POST", f"{path}/{deed}", body)
    office.ok("DELETE", path)
    told = _told(office, webhook)
    assert _deeds(office, webhook) == [
        "created", "updated", "state_changed", "state_changed", "secret_rotated", "replayed",
        "removed",
    ]  # fmt: skip
    assert [each["aggregate_version"] for each in told] == [1, 2, 3, 4, 5, 6, 7]
    assert {each["client_id"] for each in told} == {None}
    assert {each["workspace_id"] for each in told} == {office.workspace_id}
    assert all(each["actor"]["name"] for each in told)
    assert "hidden" not in str(told)
    assert webhook["secret"] not in str(told)
    changes = {each["field"]: each for each in told[1]["data"]["changes"]}
    assert changes["url"]["before"] == sink.url("/hook")
    assert changes["ordered"] == {"field": "ordered", "before": True, "after": False}
    assert told[2]["data"]["changes"][0]["after"] == "paused"


def test_what_changes_nothing_is_not_told(office: Office, sink: Sink) -> None:
    webhook = office.add(sink.url())
    office.ok("PATCH", f"/{webhook['id']}", {"ordered": True})
    office.ok("POST", f"/{webhook['id']}/resume")
    office.ok("POST", f"/{webhook['id']}/ping")
    assert _deeds(office, webhook) == ["created"]


def test_that_it_was_disabled_by_itself_is_told_once(office: Office, sink: Sink) -> None:
    webhook = office.add(sink.url())
    sink.decide = lambda _: Reply(410)
    for _ in range(3):
        office.tell(uuid7())
    office.dispatch()
    last = _told(office, webhook)[-1]
    assert _deeds(office, webhook) == ["created", "state_changed"]
    assert last["data"]["reason"] == "gone"
    assert last["actor"]["kind"] == "system"
    assert last["data"]["webhook"]["state"] == "disabled"


def test_a_refused_change_is_not_told(office: Office, sink: Sink) -> None:
    webhook = office.add(sink.url())
    assert office.call("PATCH", f"/{webhook['id']}", {"types": ["no.such"]}).status_code == 422
    assert _deeds(office, webhook) == ["created"]
