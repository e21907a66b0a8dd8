"""What is told arrives, signed, at who asked for it: once, and again until it does."""

from __future__ import annotations

import uuid
from typing import Any

from standardwebhooks import Webhook

from services.activity.webhooks.tasks.purging import purge
from shared.ids import uuid7
from tests.fixtures.sink import Reply, Sink
from tests.integration.webhooks.conftest import Office


def test_an_event_arrives_once_and_the_reference_library_verifies_it(
    office: Office, sink: Sink
) -> None:
    webhook = office.add(sink.url())
    event_id = office.tell(uuid7())
    office.dispatch()
    office.dispatch()
    (got,) = sink.received
    assert Webhook(webhook["secret"]).verify(got.body, got.headers) == got.event
    assert got.message_id == got.event["id"] == event_id
    assert got.event["type"] == "clients.client.updated.v1"
    assert got.event["timestamp"] == got.event["time"]
    assert got.headers["content-type"] == "application/json"
    (delivery,) = office.deliveries(webhook)
    assert (delivery["state"], delivery["tries"]) == ("delivered", 1)
    assert delivery["attempts"][0]["status"] == 204


def test_what_happened_before_a_webhook_was_added_is_not_told(office: Office, sink: Sink) -> None:
    office.tell(uuid7())
    office.add(sink.url())
    later = office.tell(uuid7())
    office.dispatch()
    assert sink.ids() == [later]


def test_during_a_rotation_both_secrets_verify_and_afterwards_the_new_one_alone(
    office: Office, sink: Sink
) -> None:
    webhook = office.add(sink.url())
    new = office.ok("POST", f"/{webhook['id']}/rotate-secret")["secret"]
    office.tell(uuid7())
    office.dispatch()
    office.clock.move(hours=25)
    office.tell(uuid7())
    office.dispatch()
    during, after = sink.received
    for secret in (webhook["secret"], new):
        Webhook(secret).verify(during.body, during.headers)
    signatures = [len(each.headers["webhook-signature"].split()) for each in sink.received]
    assert signatures == [2, 1]
    assert new != webhook["secret"]
    assert webhook["secret"] not in str(office.webhook(webhook))
    # The library takes five minutes; the signature itself is what is asked about.
    moment = int(after.headers["webhook-timestamp"])
    assert abs(moment - office.clock().timestamp()) < 60


def test_only_wanted_types_are_told(office: Office, sink: Sink) -> None:
    office.add(sink.url("/contacts"), "clients.contact.*")
    office.add(sink.url("/issued"), "clients.invoice.issued.*", "clients.rate.added.v1")
    told = {
        name: office.tell(uuid7(), f"clients.{name}.v1")
        for name in ("contact.added", "contact.removed", "invoice.issued", "rate.added",
                     "rate.removed", "client.created")
    }  # fmt: skip
    office.dispatch()
    assert set(sink.ids("/contacts")) == {told["contact.added"], told["contact.removed"]}
    assert set(sink.ids("/issued")) == {told["invoice.issued"], told["rate.added"]}


def test_a_webhook_tells_what_its_owner_may_view(office: Office, sink: Sink) -> None:
    """And from a change on, what whoever changed it may view."""
    narrow = frozenset({"webhooks.manage", "clients.view", "projects.view"})
    body = {"url": sink.url(), "types": ["*"]}
    webhook = office.ok("POST", "", body, permissions=narrow)
    kinds = ("clients.invoice.issued.v1", "clients.project.created.v1", "clients.rate.added.v1",
             "documents.document.added.v1", "clients.user.created.v1")  # fmt: skip
    first = [office.tell(uuid7(), kind) for kind in kinds]
    office.dispatch()
    assert set(sink.ids()) == {first[1], first[2]}
    office.ok("PATCH", f"/{webhook['id']}", {"description": "Now of someone who may see it all"})
    second = [office.tell(uuid7(), kind) for kind in kinds]
    office.dispatch()
    assert set(sink.ids()) == {first[1], first[2], *second}


def test_a_parked_event_has_a_place_and_nothing_to_tell(office: Office, sink: Sink) -> None:
    office.add(sink.url())
    office.tell(uuid7(), parked=True)
    event_id = office.tell(uuid7())
    office.dispatch()
    assert sink.ids() == [event_id]


def test_per_client_one_at_a_time_in_order_and_many_clients_side_by_side(
    office: Office, sink: Sink
) -> None:
    webhook = office.add(sink.url())
    clients = [uuid7() for _ in range(12)]
    told: dict[uuid.UUID, list[str]] = {client: [] for client in clients}
    for number in range(300):
        client = clients[number % len(clients)]
        told[client].append(office.tell(client))
    office.dispatch()
    for client, ids in told.items():
        assert [each for each in sink.ids() if each in set(ids)] == ids, client
    assert sink.duplicates() == 0
    assert office.states(webhook).count("delivered") == 200  # A page of the log.


def test_a_failing_event_holds_back_only_what_is_behind_it_of_its_client(
    office: Office, sink: Sink
) -> None:
    webhook = office.add(sink.url())
    unlucky, lucky = uuid7(), uuid7()
    bad = office.tell(unlucky)
    sink.decide = lambda got: Reply(500) if got.message_id == bad else Reply()
    behind = [office.tell(unlucky) for _ in range(3)]
    others = [office.tell(lucky) for _ in range(3)]
    office.dispatch()
    assert [each for each in sink.ids() if each != bad] == others
    assert office.states(webhook) == ["waiting", "held", "held", "held", *["delivered"] * 3]
    later = office.tell(unlucky)
    office.dispatch()
    assert later not in sink.ids()
    sink.decide = lambda _: Reply()
    office.clock.move(seconds=6)
    office.dispatch()
    assert sink.ids()[-5:] == [bad, *behind, later]
    assert set(office.states(webhook)) == {"delivered"}


def test_without_order_a_failing_event_holds_back_nothing(office: Office, sink: Sink) -> None:
    webhook = office.add(sink.url(), ordered=False)
    client = uuid7()
    bad = office.tell(client)
    sink.decide = lambda got: Reply(500) if got.message_id == bad else Reply()
    behind = [office.tell(client) for _ in range(3)]
    office.dispatch()
    assert set(sink.ids()) == {bad, *behind}
    assert office.states(webhook) == ["waiting", *["delivered"] * 3]


def test_a_delivery_is_tried_ten_times_over_three_days_and_then_given_up(
    office: Office, sink: Sink
) -> None:
    """What was behind it goes on then, and it can be sent again by hand. Others arrive meanwhile:
    the receiver is there."""
    webhook = office.add(sink.url())
    client, other = uuid7(), uuid7()
    bad = office.tell(client)
    sink.decide = lambda got: Reply(500, body=b"no") if got.message_id == bad else Reply()
    behind = office.tell(client)
    for _ in range(80):
        office.tell(other)
        office.dispatch()
        office.clock.move(hours=1)
    failed, delivered = office.deliveries(webhook)[:2]
    assert (failed["state"], failed["tries"], len(failed["attempts"])) == ("failed", 10, 10)
    assert {each["response"] for each in failed["attempts"]} == {"no"}
    assert delivered["state"] == "delivered"
    assert [each for each in sink.ids() if each in {bad, behind}] == [*[bad] * 10, behind]
    sink.decide = lambda _: Reply()
    office.ok("POST", f"/{webhook['id']}/deliveries/{failed['id']}/resend")
    office.dispatch()
    assert sink.ids()[-1] == bad
    assert set(office.states(webhook)) == {"delivered"}


def test_a_receiver_that_fails_alone_is_looked_at_each_hour_and_no_try_is_used_up(
    office: Office, sink: Sink
) -> None:
    webhook = office.add(sink.url())
    sink.decide = lambda _: Reply(500)
    office.tell(uuid7())
    for _ in range(20):
        office.dispatch()
        office.clock.move(minutes=61)
    (delivery,) = office.deliveries(webhook)
    assert delivery["state"] == "waiting"
    assert delivery["tries"] < len(delivery["attempts"])
    sink.decide = lambda _: Reply()
    office.dispatch()
    assert office.states(webhook) == ["delivered"]


def test_a_receiver_that_fails_for_a_day_then_gets_everything_in_order(
    office: Office, sink: Sink
) -> None:
    webhook = office.add(sink.url())
    clients = [uuid7(), uuid7()]
    sink.decide = lambda _: Reply(500)
    told = []
    for _ in range(24):
        told.append((client := clients[len(told) % 2], office.tell(client)))
        office.clock.move(hours=1)
        office.dispatch()
    tried = len(sink.received)
    assert tried < 24 * 5, "a receiver that is down is left in peace"
    assert office.webhook(webhook)["failing_since"]
    sink.decide = lambda _: Reply()
    office.clock.move(hours=3)
    office.dispatch()
    arrived = list(dict.fromkeys(sink.ids()[tried:]))
    for client in clients:
        mine = [event_id for whose, event_id in told if whose == client]
        assert [each for each in arrived if each in mine] == mine
    assert office.webhook(webhook)["failing_since"] is None


def test_a_receiver_that_is_gone_is_told_nothing_more(office: Office, sink: Sink) -> None:
    webhook = office.add(sink.url())
    sink.decide = lambda _: Reply(410)
    event_id = office.tell(uuid7())
    office.dispatch()
    office.tell(uuid7())
    office.clock.move(days=1)
    office.dispatch()
    assert sink.ids() == [event_id]
    found = office.webhook(webhook)
    assert (found["state"], found["disabled_because"]) == ("disabled", "gone")
    sink.decide = lambda _: Reply()
    office.ok("POST", f"/{webhook['id']}/resume")
    office.dispatch()
    assert len(set(sink.ids())) == 2


def test_a_receiver_that_took_nothing_for_days_is_disabled_and_keeps_its_place(
    office: Office, sink: Sink
) -> None:
    webhook = office.add(sink.url())
    sink.decide = lambda _: Reply(503)
    told = [office.tell(uuid7()) for _ in range(8)]
    for _ in range(31):
        office.dispatch()
        office.clock.move(hours=4)
    found = office.webhook(webhook)
    assert (found["state"], found["disabled_because"]) == ("disabled", "failing")
    told.append(office.tell(uuid7()))
    sink.decide = lambda _: Reply()
    before = len(sink.received)
    office.dispatch()
    assert len(sink.received) == before
    office.ok("POST", f"/{webhook['id']}/resume")
    office.dispatch()
    given_up = {
        each["event_id"] for each in office.deliveries(webhook) if each["state"] == "failed"
    }
    assert set(sink.ids()[before:]) | given_up == set(told)


def test_what_a_receiver_asks_to_wait_for_is_waited_for(office: Office, sink: Sink) -> None:
    webhook = office.add(sink.url())
    sink.decide = lambda _: Reply(429, {"Retry-After": "600"})
    told = [office.tell(uuid7()) for _ in range(3)]
    office.dispatch()
    sink.decide = lambda _: Reply()
    before = len(sink.received)
    told.append(office.tell(uuid7()))
    for _ in range(4):
        office.clock.move(minutes=2)
        office.dispatch()
    assert len(sink.received) == before
    assert office.webhook(webhook)["rests_until"]
    office.clock.move(minutes=3)
    office.dispatch()
    assert set(sink.ids()[before:]) == set(told)


def test_a_redirection_is_a_failure_and_is_not_followed(office: Office, sink: Sink) -> None:
    webhook = office.add(sink.url("/here"))
    there = {"Location": sink.url("/there")}
    sink.decide = lambda got: Reply(307, there) if got.path == "/here" else Reply()
    office.tell(uuid7())
    office.dispatch()
    assert sink.at("/there") == []
    (delivery,) = office.deliveries(webhook)
    assert delivery["state"] == "waiting"
    assert delivery["attempts"][0]["error"] == "redirected"


def test_a_paused_webhook_keeps_its_place(office: Office, sink: Sink) -> None:
    webhook = office.add(sink.url())
    office.ok("POST", f"/{webhook['id']}/pause")
    told = [office.tell(uuid7()) for _ in range(3)]
    office.dispatch()
    assert sink.received == []
    office.ok("POST", f"/{webhook['id']}/resume")
    office.dispatch()
    assert set(sink.ids()) == set(told)


def test_a_ping_arrives_even_where_nothing_else_is_sent_and_is_tried_once(
    office: Office, sink: Sink
) -> None:
    webhook = office.add(sink.url())
    office.ok("POST", f"/{webhook['id']}/pause")
    asked = office.ok("POST", f"/{webhook['id']}/ping")
    office.dispatch()
    (got,) = sink.received
    assert Webhook(webhook["secret"]).verify(got.body, got.headers)["type"] == "webhooks.ping"
    sink.decide = lambda _: Reply(500)
    office.ok("POST", f"/{webhook['id']}/ping")
    office.dispatch()
    office.clock.move(days=1)
    office.dispatch()
    assert len(sink.received) == 2
    assert office.states(webhook) == ["delivered", "failed"]
    found = office.ok("GET", f"/{webhook['id']}/deliveries/{asked['delivery_id']}")
    assert found["event_id"] == got.message_id


def test_a_replay_sends_everything_after_a_place_again_under_the_same_ids(
    office: Office, sink: Sink
) -> None:
    webhook = office.add(sink.url())
    client = uuid7()
    told = [office.tell(client) for _ in range(5)]
    office.dispatch()
    office.ok("POST", f"/{webhook['id']}/replay", {"after": told[2]})
    office.dispatch()
    assert sink.ids() == [*told, *told[3:]]
    assert len(office.deliveries(webhook)) == 5


def test_a_replay_may_begin_at_a_time(office: Office, sink: Sink) -> None:
    webhook = office.add(sink.url())
    client = uuid7()
    told = [office.tell(client) for _ in range(2)]
    moment = office.clock().isoformat()
    told += [office.tell(client) for _ in range(2)]
    office.dispatch()
    office.ok("POST", f"/{webhook['id']}/replay", {"after": moment})
    office.dispatch()
    assert sink.ids() == [*told, *told[2:]]


def test_in_a_replay_nothing_that_waits_overtakes_what_is_sent_again(
    office: Office, sink: Sink
) -> None:
    webhook = office.add(sink.url())
    client = uuid7()
    told = [office.tell(client) for _ in range(4)]
    sink.decide = lambda got: Reply(500) if got.message_id == told[3] else Reply()
    office.dispatch()
    sink.decide = lambda _: Reply()
    before = len(sink.received)
    office.ok("POST", f"/{webhook['id']}/replay", {"after": told[0]})
    office.dispatch()
    assert sink.ids()[before:] == told[1:]


def test_a_webhook_that_is_removed_is_told_nothing(office: Office, sink: Sink) -> None:
    webhook = office.add(sink.url())
    office.tell(uuid7())
    office.ok("DELETE", f"/{webhook['id']}")
    office.dispatch()
    assert sink.received == []
    assert office.call("GET", f"/{webhook['id']}").status_code == 404


def test_the_response_of_a_receiver_is_kept_in_part_whatever_it_is(
    office: Office, sink: Sink
) -> None:
    webhook = office.add(sink.url())
    sink.decide = lambda _: Reply(400, body=b"a\0b\xff" + b"x" * 3_000_000)
    office.tell(uuid7())
    office.dispatch()
    (delivery,) = office.deliveries(webhook)
    (attempt,) = delivery["attempts"]
    assert attempt["response"].startswith("a\N{REPLACEMENT CHARACTER}b\N{REPLACEMENT CHARACTER}x")
    assert len(attempt["response"]) == 1000
    assert attempt["duration_ms"] < 5000


def test_old_deliveries_are_forgotten_and_open_ones_are_not(office: Office, sink: Sink) -> None:
    webhook: Any = office.add(sink.url())
    bad = office.tell(uuid7())
    sink.decide = lambda got: Reply(500) if got.message_id == bad else Reply()
    office.tell(uuid7())
    office.dispatch()
    office.clock.move(days=1)
    purge(office.runtime, office.clock())
    assert office.states(webhook) == ["waiting"]
