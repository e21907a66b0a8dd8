"""Replaying a dead letter: settled once it is applied, and only then."""

from __future__ import annotations

import pytest

from services.activity.events.consumers import apply
from shared.contracts.catalogue import ContractViolation
from shared.messaging.dead_letters import DeadLetters
from shared.messaging.envelope import Envelope
from shared.messaging.inbox import Inbox
from shared.runtime import Runtime
from tests.factories.events import batch, note, origin, publish
from tests.integration.messaging.conftest import ReadLog
from tests.integration.messaging.test_inbox import _timeline


@pytest.fixture
def letters(activity: Runtime) -> DeadLetters:
    """The consumer's dead letters."""
    return DeadLetters("activity", activity.pipe_engine, apply)


@pytest.fixture
def envelope(clients: Runtime, log: ReadLog) -> Envelope:
    """An event as it travels."""
    publish(clients, origin(), [note()])
    return log()[0]


@pytest.mark.parametrize(
    "change",
    [
        {"type": "clients.api_key.polished.v1"},
        {"type": "clients.api_key.revoked.v9"},
        {"data": {"api_key": "of a later release"}},
    ],
)
def test_a_letter_that_is_not_understood_yet_stays_parked(
    inbox: Inbox,
    letters: DeadLetters,
    activity: Runtime,
    envelope: Envelope,
    change: dict[str, object],
) -> None:
    """Its handler would pass it by, and it would be settled and lost."""
    envelope.update(change)  # type: ignore[typeddict-item]
    inbox.ingest(batch([envelope]))
    (letter,) = letters.list()
    with pytest.raises(ContractViolation):
        letters.replay(letter.id)
    assert [each.id for each in letters.list()] == [letter.id]
    assert _timeline(activity) == []


def test_a_letter_that_can_be_applied_is_settled_once(
    letters: DeadLetters, activity: Runtime, envelope: Envelope
) -> None:
    def fail(*_: object) -> None:
        raise ValueError("a defect that was mended since")

    Inbox("activity", activity.pipe_engine, fail).ingest(batch([envelope]))
    (letter,) = letters.list()
    assert letters.replay(letter.id)
    assert not letters.replay(letter.id)
    assert _timeline(activity) == [1]
    assert [each.id for each in letters.list("replayed")] == [letter.id]
