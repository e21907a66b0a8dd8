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
from sqlalchemy import Connection, Engine, text

from cli.projections.databases import Engines
from services.activity.events import consumers as activity_consumers
from services.activity.events.operations import recording as activity_recording
from services.metrics.totals import consumers as metrics_consumers
from services.metrics.totals import operations as metrics_operations
from shared.messaging.envelope import Envelope
from shared.messaging.feed import Head, read_envelopes, read_head
from shared.messaging.inbox import Apply
from shared.messaging.outages import is_outage
from shared.messaging.topology import SUBSCRIPTIONS, source_of

PAGE = 500

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Projection:
    """A consumer's rows: how to apply envelopes to them, how to begin with none, and what is
    left to do when all are there."""

    consumer: str
    apply: Apply
    empty: Callable[[Connection], None]
    finish: Callable[[Connection], None] = lambda _: None


PROJECTIONS = {
    "activity": Projection(
        "activity",
        activity_consumers.apply,
        activity_recording.empty_timeline,
        activity_recording.order_by_position,
    ),
    "metrics": Projection("metrics", metrics_consumers.apply, metrics_operations.empty_metrics),
}


class CannotRebuild(Exception):
    """An event of the log cannot be applied; nothing was changed."""


_PATIENT = text(
    "SELECT set_config('statement_timeout', '0', true), set_config('lock_timeout', '60s', true), "
    "set_config('idle_in_transaction_session_timeout', '0', true)"
)
_ENTER = text("SELECT set_config('app.workspace', :workspace, true)")
_PARKED = text("SELECT pos FROM dead_letters WHERE source = :source AND state <> 'replayed'")
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
        connection.execute(_PATIENT)
        projection.empty(connection)
        applied = sum(
            _apply_source(connection, projection, source, engines(source), progress)
            for source in SUBSCRIPTIONS[projection.consumer]
        )
        projection.finish(connection)
    return applied


def _apply_source(
    connection: Connection,
    projection: Projection,
    source: str,
    producer: Engine,
    progress: Progress,
) -> int:
    """Every event up to the head as it is now, but for those that stay parked."""
    name = source_of(source)
    parked = set(connection.scalars(_PARKED, {"source": name}))
    with producer.connect() as log:
        head = read_head(log)
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
