"""Reading the timeline of one client, and the audit of a workspace."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ARRAY,
    Boolean,
    ColumnElement,
    FromClause,
    Select,
    Subquery,
    Text,
    Uuid,
    and_,
    cast,
    column,
    func,
    or_,
    select,
    table,
    text,
    true,
    union_all,
)
from sqlalchemy.orm import Session
from sqlalchemy.types import TypeEngine

from services.activity.events.errors import ClientErased
from services.activity.events.models import AUDITED, MOMENT, ORDER, TimelineEvent
from shared.http.paging import Page, Sort, measured_page, rows_after
from shared.security.crypto import Vault


@dataclass(frozen=True, slots=True)
class Filter:
    """Which entries are wanted; what is None does not narrow.

    `types` are event types, `actors` kinds of actors; `person` is the name or id of an actor;
    `since` is inclusive, `until` exclusive.
    """

    types: Sequence[str] | None = None
    actors: Sequence[str] | None = None
    person: str | None = None
    since: datetime | None = None
    until: datetime | None = None


_FEED = table("feed", column("event_id", Uuid()), column("size"), column("parked", Boolean()))

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


def timeline(
    session: Session,
    vault: Vault,
    client_ids: Sequence[uuid.UUID],
    wanted: Filter,
    *,
    newest_first: bool,
    scope: str,
    cursor: str | None,
    limit: int,
) -> Page:
    """A page of the entries of a client, whose ids these are, that pass the filter.

    `scope` names the list with its filters, so that cursors do not mix.
    """
    parts, alike = _parts(client_ids, wanted)
    alike += _conditions(wanted)
    who = [[]] if wanted.person is None else _acted(wanted.person)
    asked = _Asked(parts, alike, newest_first, scope, cursor, limit, who)
    return _page(session, vault, asked)


def audit(
    session: Session,
    vault: Vault,
    types: Sequence[str],
    wanted: Filter,
    *,
    newest_first: bool,
    scope: str,
    cursor: str | None,
    limit: int,
) -> Page:
    """A page of the entries of these types that the audit tells of and that pass the filter.

    A person is also who an entry is about: whoever was refused, or whose rights have changed.
    """
    each = _each(types, Text(), "types")
    who = [_concerns(wanted.person)] if wanted.person is not None else []
    if wanted.actors is not None:
        who.append(TimelineEvent.actor_kind.in_(wanted.actors))
    alike = [
        AUDITED,
        TimelineEvent.type == each.c.value,
        *_conditions(wanted),
        *who,
    ]
    return _page(session, vault, _Asked(each, alike, newest_first, scope, cursor, limit))


@dataclass(frozen=True, slots=True)
class _Asked:
    """A page: the parts of an index that it is read from, what its entries have in common, and
    the ways, of which no two fit one entry, in which they are wanted.
    """

    parts: FromClause
    alike: Sequence[ColumnElement[bool]]
    newest_first: bool
    scope: str
    cursor: str | None
    limit: int
    ways: Sequence[Sequence[ColumnElement[bool]]] = ((),)


def _page(session: Session, vault: Vault, asked: _Asked) -> Page:
    """Each id of the client, each type or kind of actor where such are asked for, and each way is
    read along an index of its own and no further than the page: what a client has beside costs
    nothing."""
    order = [Sort(each, asked.newest_first) for each in ORDER]
    beyond = rows_after(vault, asked.scope, asked.cursor, order)
    reads = [_read(asked, way, order, beyond) for way in asked.ways]
    found = union_all(*reads).subquery()
    keys = [Sort(found.c[name], sort.descending) for sort, name in _named(order)]
    return measured_page(
        session,
        vault,
        TimelineEvent,
        found,
        keys,
        _size(found),
        scope=asked.scope,
        limit=asked.limit,
    )


def _read(
    asked: _Asked,
    way: Sequence[ColumnElement[bool]],
    order: Sequence[Sort],
    beyond: Sequence[ColumnElement[bool]],
) -> Select[Any]:
    read = (
        select(TimelineEvent, *(sort.column.label(name) for sort, name in _named(order)))
        .where(*asked.alike, *way, *beyond)
        .order_by(*(sort.clause for sort in order))
        .limit(asked.limit + 1)
        .lateral()
    )
    return select(read).select_from(asked.parts.join(read, true()))


def _size(found: Subquery) -> ColumnElement[int]:
    """What an entry takes: known by the feed, as telling it otherwise takes making a text of it;
    one that has no place there yet is told by what is stored."""
    placed = select(_FEED.c.size).where(_FEED.c.event_id == found.c.event_id, ~_FEED.c.parked)
    return func.coalesce(placed.scalar_subquery(), func.pg_column_size(found.c.data))


def _parts(
    client_ids: Sequence[uuid.UUID], wanted: Filter
) -> tuple[FromClause, list[ColumnElement[bool]]]:
    """The parts of an index that are read one by one, and what an entry has in common with its."""
    found: FromClause = _each(client_ids, Uuid(), "mine")
    alike = [TimelineEvent.client_id == found.c.value]
    for narrowed, values in (
        (TimelineEvent.type, wanted.types),
        (TimelineEvent.actor_kind, wanted.actors),
    ):
        if values is not None:
            each = _each(values, Text(), f"each_{narrowed.key}")
            found = found.join(each, true())
            alike.append(narrowed == each.c.value)
    return found, alike


def _each(values: Sequence[Any], kind: TypeEngine[Any], name: str) -> Subquery:
    return select(func.unnest(cast(list(values), ARRAY(kind))).label("value")).subquery(name)


def _named(order: Sequence[Sort]) -> list[tuple[Sort, str]]:
    return [(sort, f"key_{number}") for number, sort in enumerate(order)]


def _conditions(wanted: Filter) -> list[ColumnElement[bool]]:
    found = []
    if wanted.since is not None:
        found.append(wanted.since <= MOMENT)
    if wanted.until is not None:
        found.append(wanted.until > MOMENT)
    return found


def _acted(person: str) -> list[list[ColumnElement[bool]]]:
    """By id, or else by name."""
    by_id = TimelineEvent.actor_id == person
    by_name = TimelineEvent.actor_name == person.lower()
    return [[by_id], [by_name, TimelineEvent.actor_id.is_distinct_from(person)]]


def _concerns(person: str) -> ColumnElement[bool]:
    """Whether somebody, by name or id, did it or is who it was done to."""
    users = (TimelineEvent.data["user"], TimelineEvent.data["session", "user"])
    named = [func.lower(user["name"].as_string()) == person.lower() for user in users]
    known = [user["id"].as_string() == person for user in users]
    acted = (and_(*way) for way in _acted(person))
    return or_(*acted, *named, *known)
