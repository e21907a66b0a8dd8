"""A change and its events: both are there or neither is (P1)."""

from __future__ import annotations

import contextlib
import uuid
from datetime import UTC, datetime

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DataError, IntegrityError

from shared.db.pipelining import NotCommitted
from shared.errors import Invalid
from shared.messaging.envelope import Event
from shared.runtime import Runtime
from tests.factories.events import note, origin

_CHANGE = text("INSERT INTO workspaces (workspace_id, name) VALUES (:id, 'Acme Works')")
_LOG = text(
    """
    SELECT client_id, type, subject, aggregate_version, occurred_at, actor, correlation_id,
           causation_id, traceparent, data FROM event_log ORDER BY id
    """
)
_ROWS = text("SELECT (SELECT count(*) FROM workspaces), (SELECT count(*) FROM event_log)")


def _change(clients: Runtime, workspace_id: uuid.UUID, *events: Event) -> None:
    with clients.unit_of_work(origin(workspace_id)) as uow:
        uow.session.execute(_CHANGE, {"id": uow.workspace_id})
        for event in events:
            uow.publish(event)


def _rows(clients: Runtime, workspace_id: uuid.UUID) -> tuple[int, int]:
    with clients.unit_of_work(origin(workspace_id)) as uow:
        changes, events = uow.session.execute(_ROWS).one()
    return changes, events


def test_a_change_and_its_event_are_there_after_the_commit(clients: Runtime) -> None:
    workspace_id = uuid.uuid4()
    _change(clients, workspace_id, note())
    assert _rows(clients, workspace_id) == (1, 1)


def test_many_events_of_a_change_are_written_as_one_event_is(clients: Runtime) -> None:
    """They travel together: each keeps its data, its moment and its place."""
    moment = datetime(2026, 2, 28, 23, 59, 59, 123456, tzinfo=UTC)
    odd = {
        "id": str(uuid.uuid4()),
        "name": "it's \"\\ :x %s \U0001f600",
        "prefix": "c",
        "permissions": [],
    }
    single = Event(
        "clients.api_key.revoked.v1", "api_key/odd", 1, uuid.uuid4(), {"api_key": odd}, moment
    )
    many = [single, *(note() for _ in range(20))]
    _change(clients, one := uuid.uuid4(), single)
    _change(clients, other := uuid.uuid4(), *many)
    with clients.unit_of_work(origin(one)) as uow:
        alone = uow.session.execute(_LOG).one()
    with clients.unit_of_work(origin(other)) as uow:
        together = uow.session.execute(_LOG).all()
    assert together[0] == alone
    assert alone.data == {"api_key": odd}
    assert alone.occurred_at == moment
    assert [row.subject for row in together] == [event.subject for event in many]


def test_what_fails_by_itself_takes_its_events_with_it(clients: Runtime) -> None:
    with clients.unit_of_work(origin(workspace_id := uuid.uuid4())) as uow:
        uow.publish(note())
        with contextlib.suppress(ZeroDivisionError), uow.attempt():
            uow.session.execute(_CHANGE, {"id": uow.workspace_id})
            uow.publish(note())
            raise ZeroDivisionError
    assert _rows(clients, workspace_id) == (0, 1)


def test_a_change_whose_event_cannot_be_written_is_not_made(clients: Runtime) -> None:
    """Two events of one subject and version: the log refuses the second at the commit."""
    workspace_id = uuid.uuid4()
    event = note()
    with pytest.raises(IntegrityError):
        _change(clients, workspace_id, event, event)
    assert _rows(clients, workspace_id) == (0, 0)


def test_an_event_that_is_refused_stops_its_change(clients: Runtime) -> None:
    """One that is too large to tell is found out before anything is committed."""
    workspace_id = uuid.uuid4()
    small = note()
    data = {"api_key": {**small.data["api_key"], "name": "x" * 300_000}}
    large = Event(small.type, small.subject, 1, None, data)
    with pytest.raises(Invalid):
        _change(clients, workspace_id, large)
    assert _rows(clients, workspace_id) == (0, 0)


def test_a_change_after_a_failure_that_nobody_noticed_is_not_said_to_be_made(
    clients: Runtime,
) -> None:
    """The server keeps nothing of a transaction in which a statement has failed."""
    workspace_id = uuid.uuid4()

    def change() -> None:
        with clients.unit_of_work(origin(workspace_id)) as uow, contextlib.suppress(DataError):
            uow.connection.exec_driver_sql("SELECT 1/0")

    with pytest.raises(NotCommitted):
        change()
