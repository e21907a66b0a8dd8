"""The timeline held against the producers' logs: every event once, none changed, none more."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, TextClause, text

from cli.projections.databases import Engines, erased_clients, snapshot
from cli.projections.report import Difference
from services.activity.events.queries.contents import payload_hash
from shared.messaging.topology import SUBSCRIPTIONS, source_of

_COMPARED = """
    SELECT CAST(event_id AS text) AS event_id, pos, client_id, type,
           encode({hash}, 'hex') AS content,
           coalesce(data @> '{{"erased": true}}', false) OR type LIKE '%.client.deleted.v%'
               OR type LIKE '%.client.erased.v%' AS is_silent
    FROM {table}
"""
# Both sides in order of id, so that they are compared in passing, whatever their number.
_LOG = text(
    _COMPARED.format(table="event_log", hash=payload_hash("event_log")) + "ORDER BY event_id"
)
_TIMELINE = text(
    _COMPARED.format(table="events", hash=payload_hash("events"))
    + "WHERE source = :source ORDER BY event_id"
)
_POSITION = text("SELECT contiguous_pos FROM consumer_progress WHERE source = :source")
_LETTERS = text(
    """
    SELECT d.pos, d.reason, d.state FROM dead_letters AS d
    JOIN consumer_progress USING (source, epoch) WHERE source = :source
    """
)
_PAGE = 2000


@dataclass(frozen=True, slots=True)
class _Known:
    """What explains a row that is missing or says nothing; a discarded one was given up."""

    contiguous: int
    erased: frozenset[uuid.UUID]
    parked: dict[int, str]
    discarded: frozenset[int]


def compare_timeline(engines: Engines) -> tuple[int, list[Difference]]:
    """How many events were compared over all sources, and what differs."""
    checked, found = 0, []
    for source in SUBSCRIPTIONS["activity"]:
        number, differing = _compare_source(engines, source)
        checked += number
        found += differing
    return checked, found


def _compare_source(engines: Engines, source: str) -> tuple[int, list[Difference]]:
    """The timeline's snapshot comes first: what it holds, the log's later one holds too."""
    name = {"source": source_of(source)}
    with snapshot(engines("activity")) as timeline:
        letters = timeline.execute(_LETTERS, name).all()
        known = _Known(
            int(timeline.scalar(_POSITION, name) or 0),
            erased_clients(timeline),
            {row.pos: row.reason for row in letters if row.state == "parked"},
            frozenset(row.pos for row in letters if row.state == "discarded"),
        )
        with snapshot(engines(source)) as log:
            pairs = Pairs(_stream(log, _LOG, {}), _stream(timeline, _TIMELINE, name))
            found = [each for pair in pairs if (each := _difference(source, known, *pair))]
    return pairs.expected, found


def _stream(connection: Connection, statement: TextClause, parameters: Any) -> Iterator[Row[Any]]:
    options = {"yield_per": _PAGE}
    yield from connection.execute(statement, parameters, execution_options=options)


class Pairs:
    """Two streams in order of `event_id`, side by side; what one lacks is None."""

    def __init__(self, log: Iterable[Any], timeline: Iterable[Any]) -> None:
        self._log = iter(log)
        self._timeline = iter(timeline)
        self.expected = 0

    def __iter__(self) -> Iterator[tuple[Any, Any]]:
        """The pairs; `expected` counts the log's rows as they pass."""
        said, kept = self._next_said(), next(self._timeline, None)
        while said is not None or kept is not None:
            if kept is None or (said is not None and said.event_id < kept.event_id):
                yield said, None
                said = self._next_said()
            elif said is None or kept.event_id < said.event_id:
                yield None, kept
                kept = next(self._timeline, None)
            else:
                yield said, kept
                said, kept = self._next_said(), next(self._timeline, None)

    def _next_said(self) -> Any:
        found = next(self._log, None)
        self.expected += found is not None
        return found


def _difference(source: str, known: _Known, said: Any, kept: Any) -> Difference | None:
    if kept is None:
        return _missing(source, known, said)
    where = _where(source, said or kept)
    if said is None:
        return Difference(where, "extra", "not in the log", kept.type)
    if kept.client_id in known.erased:
        # The log is rewritten by a job of its producer, at its own time.
        not_erased = Difference(where, "not erased", "its client was deleted", kept.type)
        return None if kept.is_silent and said.pos == kept.pos else not_erased
    if (said.pos, said.content) != (kept.pos, kept.content):
        return Difference(
            where, "changed", f"{said.pos} {said.content}", f"{kept.pos} {kept.content}"
        )
    return None


def _missing(source: str, known: _Known, said: Any) -> Difference | None:
    is_due = said.pos is not None and said.pos <= known.contiguous
    if not is_due or said.client_id in known.erased:
        return None
    if said.pos in known.discarded:
        return None
    reason = known.parked.get(said.pos)
    found = "not there" if reason is None else f"parked: {reason}"
    return Difference(_where(source, said), "missing", said.type, found)


def _where(source: str, row: Any) -> str:
    return f"{source} {row.pos} {row.event_id}"
