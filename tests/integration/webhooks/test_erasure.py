"""A deleted client leaves no word in the delivery log, and nothing more of it is sent."""

from __future__ import annotations

import pytest

from services.activity.events.operations.placing import Placer
from services.activity.service import ACTIVITY
from shared.ids import uuid7
from shared.messaging.erasure import CLIENT_DELETED
from shared.messaging.inbox import Inbox
from tests.factories.envelopes import Source
from tests.factories.events import batch
from tests.fixtures.sink import Reply, Sink
from tests.fixtures.traces import traces
from tests.integration.webhooks.conftest import Office

WORD = "Xylophant"


@pytest.fixture
def source(office: Office) -> Source:
    """The clients service, as it is heard."""
    return Source(workspace_id=office.workspace_id)


def _hear(office: Office, *envelopes: object) -> None:
    """As the worker applies a batch and the relay gives places."""
    inbox = Inbox("activity", office.runtime.pipe_engine, ACTIVITY.apply())
    inbox.ingest(batch(list(envelopes)))  # type: ignore[arg-type]
    Placer(office.runtime.pipe_engine, office.runtime.vault).make_round()


def test_responses_are_forgotten_what_is_open_is_closed_and_the_deletion_is_told(
    office: Office, sink: Sink, source: Source
) -> None:
    webhook = office.add(sink.url())
    client = uuid7()
    first, second = (
        source.tell("clients.client.created.v1", client_id=client, version=number)
        for number in (1, 2)
    )
    echo = f"{WORD} is known".encode()
    sink.decide = lambda got: Reply(200 if got.message_id == first["id"] else 500, body=echo)
    _hear(office, first, second)
    office.dispatch()
    assert str(office.deliveries(webhook)).count(WORD) == 2
    sent = len(sink.received)
    sink.decide = lambda _: Reply()
    deleted = source.tell(CLIENT_DELETED, client_id=client, version=3)
    _hear(office, deleted)
    office.clock.move(days=1)
    office.dispatch()
    assert traces(office.database, WORD) == []
    assert office.states(webhook) == ["delivered", "erased", "delivered"]
    assert sink.ids()[sent:] == [deleted["id"]]


def test_what_was_not_looked_at_before_the_deletion_is_closed_when_its_turn_comes(
    office: Office, sink: Sink, source: Source
) -> None:
    webhook = office.add(sink.url())
    client = uuid7()
    created = source.tell("clients.client.created.v1", client_id=client)
    deleted = source.tell(CLIENT_DELETED, client_id=client, version=2)
    _hear(office, created)
    _hear(office, deleted)
    office.dispatch()
    assert sink.ids() == [deleted["id"]]
    assert office.states(webhook) == ["erased", "delivered"]
