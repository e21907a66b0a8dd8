"""What is told arrives, signed, at who asked for it: once, and again until it does."""

from __future__ import annotations

import uuid
from typing import Any

from standardwebhooks import Webhook

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
