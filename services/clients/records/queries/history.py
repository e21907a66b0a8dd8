"""Reading the past: the record as it was at a version or at a moment, out of its events."""

from __future__ import annotations

import uuid
from collections.abc import Generator
from contextlib import closing
from datetime import datetime
from itertools import takewhile
from typing import Final

from sqlalchemy import text

from services.clients.records.errors import NoSuchVersion
from services.clients.records.rules.past import ClientEvent, Past, fold
from shared.unit_of_work import UnitOfWork

# A client may have thousands of versions, and an event 256 kB: so many are in memory at a time.
_AT_A_TIME: Final = 20
_EVENTS = text(
    """
    SELECT type, aggregate_version, occurred_at, data FROM event_log
    WHERE workspace_id = :workspace_id AND subject = :subject ORDER BY aggregate_version
    """
)
_TAX_ID_CHANGED = text(
    """
    SELECT EXISTS (SELECT FROM event_log
    WHERE workspace_id = :workspace_id AND subject = :subject AND aggregate_version > :version
      AND data -> 'changes' @> '[{"field": "tax_id"}]')
    """
)

#: A version, or a moment, of which the latest version not after it is meant.
Point = int | datetime


def past_at(uow: UnitOfWork, client_id: uuid.UUID, point: Point) -> Past:
    """The record as it was; raises `NoSuchVersion` if it was not there yet, or never so."""

    def is_reached(event: ClientEvent) -> bool:
        return (event.at if isinstance(point, datetime) else event.version) <= point  # type: ignore[operator]  # like with like

    with closing(_events_of(uow, client_id)) as events:
        past = fold(takewhile(is_reached, events))
    if past is None or (not isinstance(point, datetime) and past.version != point):
        raise NoSuchVersion
    return past


def is_tax_id_as_in(uow: UnitOfWork, client_id: uuid.UUID, past: Past) -> bool:
    """Whether the tax number is still the one of then."""
    where = {**_whose(uow, client_id), "version": past.version}
    return not uow.session.scalar(_TAX_ID_CHANGED, where)


def _events_of(uow: UnitOfWork, client_id: uuid.UUID) -> Generator[ClientEvent]:
    """Every event of a client, in the order of its versions, read as they are asked for."""
    asked = uow.session.execute(
        _EVENTS, _whose(uow, client_id), execution_options={"yield_per": _AT_A_TIME}
    )
    with asked as rows:
        for row in rows:
            yield ClientEvent(*row)


def _whose(uow: UnitOfWork, client_id: uuid.UUID) -> dict[str, object]:
    return {"workspace_id": uow.workspace_id, "subject": f"client/{client_id}"}
