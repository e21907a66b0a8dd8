"""Reading the past: the record as it was at a version or at a moment, out of its events."""

from __future__ import annotations

import uuid
from datetime import datetime
from itertools import takewhile

from sqlalchemy import text

from services.clients.records.errors import NoSuchVersion
from services.clients.records.rules.past import ClientEvent, Past, fold
from shared.unit_of_work import UnitOfWork

_EVENTS = text(
    """
    SELECT type, aggregate_version, occurred_at, data FROM event_log
    WHERE workspace_id = :workspace_id AND subject = :subject ORDER BY aggregate_version
    """
)

#: A version, or a moment, of which the latest version not after it is meant.
Point = int | datetime


def events_of(uow: UnitOfWork, client_id: uuid.UUID) -> list[ClientEvent]:
    """Every event of a client, in the order of its versions."""
    where = {"workspace_id": uow.workspace_id, "subject": f"client/{client_id}"}
    return [ClientEvent(*row) for row in uow.session.execute(_EVENTS, where)]


def past_at(events: list[ClientEvent], point: Point) -> Past:
    """The record as it was; raises `NoSuchVersion` if it was not there yet, or never so."""
    if isinstance(point, datetime):
        past = fold(takewhile(lambda event: event.at <= point, events))
    else:
        past = fold(takewhile(lambda event: event.version <= point, events))
    if past is None or (not isinstance(point, datetime) and past.version != point):
        raise NoSuchVersion
    return past
