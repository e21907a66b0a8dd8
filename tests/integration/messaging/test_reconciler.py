"""The reconciler: what the broker lost is pulled, and nothing is applied twice for it."""

from __future__ import annotations

import uuid

from sqlalchemy import text

from shared.messaging.inbox import Inbox
from shared.messaging.reconciler import Producer, Reconciler
from shared.runtime import Runtime
from tests.factories.events import batch, note, origin, publish
from tests.integration.messaging.conftest import ReadLog
from tests.integration.messaging.test_inbox import _contiguous, _timeline


def _age_progress(activity: Runtime, seconds: float) -> None:
    with activity.pipe_engine.begin() as connection:
        connection.execute(
            text("UPDATE consumer_progress SET moved_at = moved_at - make_interval(secs => :s)"),
            {"s": seconds},
        )


def test_a_consumer_that_never_received_anything_pulls_the_whole_log(
    inbox: Inbox, producer: Producer, clients: Runtime, activity: Runtime, log: ReadLog
) -> None:
    publish(clients, origin(), [note() for _ in range(620)])
    log()
    reconciler = Reconciler(inbox, producer)
    assert reconciler.make_round() == 0, "on a first meeting messages may be on their way"
    _age_progress(activity, 3.1)
    assert reconciler.make_round() == 620
    assert _contiguous(activity) == 620


def test_a_hole_is_pulled_once_the_position_has_stood_still(
    inbox: Inbox, producer: Producer, clients: Runtime, activity: Runtime, log: ReadLog
) -> None:
    publish(clients, origin(), [note() for _ in range(10)])
    envelopes = log()
    inbox.ingest(batch(envelopes[:4]))
    inbox.ingest(batch(envelopes[6:]))
    reconciler = Reconciler(inbox, producer)
    assert reconciler.make_round() == 0, "a message may still be on its way"
    _age_progress(activity, 3.1)
    assert reconciler.make_round() == 2
    assert _timeline(activity) == list(range(1, 11))


def test_falling_behind_after_a_long_quiet_starts_the_patience_anew(
    inbox: Inbox, producer: Producer, clients: Runtime, activity: Runtime, log: ReadLog
) -> None:
    publish(clients, origin(), [note()])
    inbox.ingest(batch(log()))
    _age_progress(activity, 3600)
    reconciler = Reconciler(inbox, producer)
    reconciler.make_round()
    publish(clients, origin(), [note()])
    log()
    assert reconciler.make_round() == 0, "the new event has had no time to arrive"


def test_a_restored_log_is_read_again_and_nothing_doubles(
    inbox: Inbox, producer: Producer, clients: Runtime, activity: Runtime, log: ReadLog
) -> None:
    publish(clients, origin(), [note() for _ in range(5)])
    inbox.ingest(batch(log()))
    with clients.pipe_engine.begin() as connection:
        connection.execute(text("UPDATE relay_state SET epoch = :new"), {"new": uuid.uuid4()})
    publish(clients, origin(), [note()])
    log()
    Reconciler(inbox, producer).make_round()
    assert _contiguous(activity) == 6
    assert len(_timeline(activity)) == 6
