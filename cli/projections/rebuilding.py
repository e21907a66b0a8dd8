"""Building a projection anew from the producers' logs, unseen until it is whole.

All of it is one transaction: readers see the old rows until the new ones are complete, and
a rebuild that fails or is interrupted has changed nothing. Meanwhile consumers wait, give up
after their lock timeout, and pull what they missed afterwards.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import orjson
from sqlalchemy import Connection, Engine, TextClause, text

from cli.projections.databases import Engines
from services.activity.events import consumers as activity_consumers
from services.metrics.totals import consumers as metrics_consumers
from shared.messaging.envelope import Envelope
from shared.messaging.feed import Head, read_envelopes, read_head
from shared.messaging.inbox import Apply
from shared.messaging.outages import is_outage
from shared.messaging.relearning import PATIENT
from shared.messaging.topology import SUBSCRIPTIONS, source_of

PAGE = 500

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Projection:
    """A consumer's rows, and how to apply envelopes to them."""

    consumer: str
    apply: Apply


PROJECTIONS = {
    "activity": Projection("activity", activity_consumers.apply),
    "metrics": Projection("metrics", metrics_consumers.apply),
}


class CannotRebuild(Exception):
    """An event of the log cannot be applied; nothing was changed."""


_ENTER = text("SELECT set_config('app.workspace', :workspace, true)")
# The erased stay so, and a log that still holds them brings none of them back.
_FORGET = text("SELECT forget_source(:source, NULL)")
_SETTLE = text("SELECT settle_source(:source, '{}')")
_PARKED = text(
    """
    SELECT pos FROM dead_letters
    WHERE source = :source AND epoch = CAST(:epoch AS uuid) AND state <> 'replayed'
    """
)
_FORGET_OTHER_LOG = text(
    """
    DELETE FROM inbox WHERE source = :source AND EXISTS (
        SELECT 1 FROM consumer_progress p
        WHERE p.source = :source AND p.epoch <> CAST(:epoch AS uuid))
    """
)
# Events that count for nothing are taken without a lock and may have moved the position on.
_MOVE = text(
    """
    INSERT INTO consumer_progress (source, epoch, contiguous_pos, contiguous_at)
    VALUES (:source, CAST(:epoch AS uuid), :pos, CAST(:newest AS timestamptz))
    ON CONFLICT (source) DO UPDATE
    SET contiguous_pos = CASE WHEN consumer_progress.epoch = excluded.epoch
            THEN greatest(consumer_progress.contiguous_pos, excluded.contiguous_pos)
            ELSE excluded.contiguous_pos END,
        contiguous_at = coalesce(excluded.contiguous_at, consumer_progress.contiguous_at),
        epoch = excluded.epoch, level_at = clock_timestamp()
    """
)


def rebuild(engines: Engines, projection: Projection, progress: Progress) -> int:
    """Rebuild from every source; returns how many events were applied.

    `progress(source, position, head)` is called after each page. Raises `CannotRebuild`.
    """
    with engines(projection.consumer).begin() as connection:
        connection.execute(PATIENT)
        sources = SUBSCRIPTIONS[projection.consumer]
        _each(connection, _FORGET, sources)
        applied = sum(
            _apply_source(connection, projection, source, engines(source), progress)
            for source in sources
        )
        _each(connection, _SETTLE, sources)
    return applied


def _each(connection: Connection, statement: TextClause, sources: Sequence[str]) -> None:
    for source in sources:
        connection.execute(statement, {"source": source_of(source)})


def _apply_source(
    connection: Connection,
    projection: Projection,
    source: str,
    producer: Engine,
    progress: Progress,
) -> int:
    """Every event up to the head as it is now, but for those that stay parked."""
    name = source_of(source)
    with producer.connect() as log:
        head = read_head(log)
        parked = set(connection.scalars(_PARKED, {"source": name, "epoch": head.epoch}))
        done, after, newest = 0, 0, None
        while page := read_envelopes(log, source, head.epoch, after, PAGE, head.pos):
            envelopes: list[Envelope] = [orjson.loads(each.body) for each in page]
            kept = [each for each in envelopes if each["pos"] not in parked]
            _apply_page(connection, projection, kept)
            done, after, newest = done + len(kept), page[-1].pos, envelopes[-1]["time"]
            progress(source, after, head.pos)
    _move(connection, name, head, newest)
    return done


def _apply_page(connection: Connection, projection: Projection, envelopes: list[Envelope]) -> None:
    """Workspace by workspace, as the inbox does."""
    envelopes.sort(key=lambda each: (each["workspace"], each["pos"]))
    for workspace, group in itertools.groupby(envelopes, key=lambda each: each["workspace"]):
        connection.execute(_ENTER, {"workspace": workspace})
        _apply_group(connection, projection, list(group))


def _apply_group(
    connection: Connection, projection: Projection, envelopes: Sequence[Envelope]
) -> None:
    try:
        with connection.begin_nested():
            projection.apply(connection, envelopes)
    except Exception as error:
        if is_outage(error):
            raise
        if len(envelopes) == 1:
            raise CannotRebuild(
                f"{envelopes[0]['source']} {envelopes[0]['pos']} ({envelopes[0]['type']}): "
                f"{error}".partition("\n")[0]
            ) from error
        for one in envelopes:
            _apply_group(connection, projection, [one])
        raise


def _move(connection: Connection, source: str, head: Head, newest: str | None) -> None:
    connection.execute(_FORGET_OTHER_LOG, {"source": source, "epoch": head.epoch})
    connection.execute(
        _MOVE, {"source": source, "epoch": head.epoch, "pos": head.pos, "newest": newest}
    )
