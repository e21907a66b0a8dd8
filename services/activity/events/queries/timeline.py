"""Reading the timeline of one client."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, func, or_, select, text
from sqlalchemy.orm import Session

from services.activity.events.errors import ClientErased
from services.activity.events.models import MOMENT, TimelineEvent


@dataclass(frozen=True, slots=True)
class Filter:
    """Which entries are wanted; what is None or empty does not narrow.

    `types` are event types; `person` is the name or id of an actor; `since` is inclusive,
    `until` exclusive.
    """

    types: Sequence[str] | None = None
    person: str | None = None
    since: datetime | None = None
    until: datetime | None = None


# Per source in order of `pos`, across sources by time: see the index in migration 0004.
ORDER = (MOMENT, TimelineEvent.source, TimelineEvent.pos)


# The client that an id stands for, and every id that stands for it.
_IDS = text(
    """
    WITH present AS (
        SELECT coalesce((SELECT target_id FROM client_aliases WHERE client_id = :id), :id) AS id
    )
    SELECT EXISTS (SELECT FROM erased_clients x WHERE x.client_id = present.id) AS erased,
           array_append(ARRAY(SELECT a.client_id FROM client_aliases a
                              WHERE a.target_id = present.id), present.id) AS ids
    FROM present
    """
)


def ids_of(session: Session, client_id: uuid.UUID) -> list[uuid.UUID]:
    """Every id a client's entries stand under; raises `ClientErased` if they are gone."""
    found = session.execute(_IDS, {"id": client_id}).one()
    if found.erased:
        raise ClientErased
    return list(found.ids)


def count_entries(session: Session, client_ids: Sequence[uuid.UUID]) -> int:
    """How many entries a client has."""
    mine = TimelineEvent.client_id.in_(client_ids)
    return session.scalar(select(func.count()).where(mine)) or 0


def timeline(client_ids: Sequence[uuid.UUID], wanted: Filter) -> Select[TimelineEvent]:
    """The entries of a client, whose ids these are, that pass the filter, unordered."""
    statement = select(TimelineEvent).where(TimelineEvent.client_id.in_(client_ids))
    if wanted.types is not None:
        statement = statement.where(TimelineEvent.type.in_(wanted.types))
    if wanted.person is not None:
        statement = statement.where(_acted(wanted.person))
    if wanted.since is not None:
        statement = statement.where(TimelineEvent.occurred_at >= wanted.since)
    if wanted.until is not None:
        statement = statement.where(TimelineEvent.occurred_at < wanted.until)
    return statement


def _acted(person: str) -> ColumnElement[bool]:
    name = func.lower(TimelineEvent.actor["name"].as_string())
    return or_(name == person.lower(), TimelineEvent.actor["id"].as_string() == person)
