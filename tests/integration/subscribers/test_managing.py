"""What operators do with subscribers: checked, told as events, and without a secret shown."""

from __future__ import annotations

from sqlalchemy import text

from shared.ids import uuid7
from tests.fixtures.broker import Broker
from tests.fixtures.waiting import eventually
from tests.integration.subscribers.conftest import Firm

SECRET_URL = "redis://:hunter2@127.0.0.1:1/0"


def _events(firm: Firm) -> list[str]:
    with firm.owner.connect() as connection:
        found = text(
            "SELECT type FROM event_log WHERE type LIKE 'activity.subscriber.%' ORDER BY id"
        )
        return [row.type.split(".")[2] for row in connection.execute(found)]


def test_every_mistake_is_told_at_once(firm: Firm) -> None:
    result = firm.run("add", "No Name", "--types", "clients.nothing.*", "--broker-url", "ftp://x")
    assert result.exit_code == 1
    for said in ("Small letters", "clients.nothing.*", "redis"):
        assert said in result.output
    assert _events(firm) == []


def test_no_subscriber_takes_the_queue_of_a_service(firm: Firm) -> None:
    result = firm.run("add", "documents")
    assert result.exit_code == 1
    assert "is a service" in result.output


def test_a_name_is_given_once_in_all_workspaces(firm: Firm, broker: Broker) -> None:
    firm.add(broker)
    result = firm.run("add", "erp", workspace=uuid7())
    assert result.exit_code == 1
    assert "There is a subscriber of this name" in result.output


def test_another_workspace_can_do_nothing_to_it(firm: Firm, broker: Broker) -> None:
    firm.add(broker)
    for command in ("pause", "resume", "replay", "remove"):
        result = firm.run(command, "erp", workspace=uuid7())
        assert result.exit_code == 1
        assert "No such subscriber" in result.output
    assert firm.standing()["state"] == "active"


def test_each_deed_is_an_event(firm: Firm, broker: Broker) -> None:
    firm.add(broker)
    for command in ("pause", "pause", "resume", "replay", "remove"):
        assert firm.run(command, "erp").exit_code == 0
    assert _events(firm) == ["added", "state_changed", "state_changed", "replayed", "removed"]
    assert "No workspace has a subscriber" in firm.run("list").output


def test_the_address_of_a_broker_is_sealed_and_never_shown(firm: Firm) -> None:
    added = firm.run("add", "erp", "--broker-url", SECRET_URL)
    assert added.exit_code == 0
    firm.tell("clients.client.updated.v1")
    sender = firm.sender()

    def failed() -> object:
        sender.make_round()
        return firm.standing()["last_error"]

    said = str(eventually("it fails", failed))
    shown = added.output + firm.run("list").output + firm.run("list", "--json").output + said
    assert "hunter2" not in shown
    with firm.owner.connect() as connection:
        kept = connection.execute(text("SELECT s::text || convert_from(decode(encode("
                                       "coalesce(broker, ''), 'hex'), 'escape'), 'UTF8')"
                                       " FROM subscribers AS s")).scalar_one()  # fmt: skip
        told = connection.execute(text("SELECT string_agg(data::text, '') FROM event_log")).scalar()
    assert "hunter2" not in kept
    assert "hunter2" not in str(told)
