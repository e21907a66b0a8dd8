"""The inbox: applies envelopes effectively once, whatever arrives how often in what order.

One transaction per batch: positions not seen before enter the inbox, their envelopes are
applied as role `app` workspace by workspace, the contiguous position moves last. Messages
from Celery and pages pulled over HTTP go through the same function.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import itemgetter

from sqlalchemy import Connection, Engine, text

from shared.contracts.catalogue import (
    ContractViolation,
    all_fit,
    validate_consumed,
    validate_envelope,
)
from shared.db.pipelining import pipelined, send
from shared.db.tenancy import become_app, become_pipe
from shared.failpoints import ENABLED, failpoint
from shared.logging import get_logger
from shared.messaging import dead_letters
from shared.messaging.attempts import Start, counted
from shared.messaging.envelope import Batch, Envelope
from shared.messaging.outages import Outage, takes_too_much, telling_outages

# What a service makes of envelopes. Its statements are pipelined, so it cannot read.
Apply = Callable[[Connection, Sequence[Envelope]], None]

_log = get_logger(__name__)
_WORKSPACE = itemgetter("workspace")
_TIME = re.compile(r"[\d-]{10}T[\d:]{8}(\.\d{1,9})?(Z|[+-](0\d|1[0-4]):[0-5]\d)")

# After so many starts that never ended, an envelope is parked; a batch is taken apart after one.
MAX_ATTEMPTS = 3


class WrongEpoch(Exception):
    """The batch belongs to another life of the producer's log; the reconciler decides."""


# A consumer waits for no disk: what a crash of its server takes, position and all, is pulled again.
# What is told of it onward has a position, whose own commit waits for this one too.
_WAIT_FOR_NO_DISK = text("SET LOCAL synchronous_commit TO off")
_FOLLOW = text(
    """
    INSERT INTO consumer_progress (source, epoch) VALUES (:source, CAST(:epoch AS uuid))
    ON CONFLICT (source) DO NOTHING
    """
)
_KNOWN_EPOCH = text("SELECT epoch::text FROM consumer_progress WHERE source = :source")
# Up to the contiguous position everything is known without looking; nothing is taken of a
# source not followed yet, or followed in another life of its log.
_TAKE = text(
    """
    INSERT INTO inbox (source, pos, event_id, occurred_at)
    SELECT p.source, given.pos, given.event_id, given.occurred_at
    FROM consumer_progress AS p,
         unnest(CAST(:positions AS bigint[]), CAST(:ids AS uuid[]), CAST(:times AS timestamptz[]))
             AS given(pos, event_id, occurred_at)
    WHERE p.source = :source AND p.epoch = CAST(:epoch AS uuid) AND given.pos > p.contiguous_pos
    ON CONFLICT DO NOTHING RETURNING pos
    """
)
# What is known already may be another event: then the log has begun another life, which the
# reconciler finds out about.
_DOUBT = text(
    """
    UPDATE consumer_progress AS p SET doubted_pos = i.pos
    FROM unnest(CAST(:positions AS bigint[]), CAST(:ids AS uuid[])) AS given(pos, event_id)
    JOIN inbox AS i ON i.source = :source AND i.pos = given.pos AND i.event_id <> given.event_id
    WHERE p.source = :source AND p.doubted_pos IS NULL
    """
)
# Fails where another life of the log is followed by now: its positions are other events'.
_LOCK_PROGRESS = text("SELECT hold_progress(:source, CAST(:epoch AS uuid))")
# A second statement on purpose: its snapshot starts after the lock, so it sees the inbox rows
# of whoever held the lock before. It moves over one unbroken run, some thousand at a time.
_MOVE = text(
    """
    UPDATE consumer_progress AS p
    SET contiguous_pos = run.last,
        level_at = CASE WHEN run.last >= p.known_head THEN clock_timestamp() ELSE p.level_at END,
        -- Never back, though the hosts of a source may tell their clocks' time.
        contiguous_at = greatest(p.contiguous_at, (
            SELECT occurred_at FROM inbox WHERE source = :source AND pos = run.last))
    FROM (
        SELECT max(numbered.pos) AS last FROM consumer_progress AS held, LATERAL (
            SELECT pos, row_number() OVER (ORDER BY pos) AS n FROM (
                SELECT pos FROM inbox WHERE source = :source AND pos > held.contiguous_pos
                ORDER BY pos LIMIT 10000
            ) AS ahead
        ) AS numbered
        WHERE held.source = :source AND numbered.pos = held.contiguous_pos + numbered.n
    ) AS run
    WHERE p.source = :source AND run.last IS NOT NULL
    """
)


@dataclass(frozen=True, slots=True)
class Inbox:
    """The inbox of one service.

    `uses` are the beginnings of the types that it has a use for. Of the others it takes the
    positions alone, whether it knows them or not, so that a producer may be deployed first.
    """

    service: str
    engine: Engine
    apply: Apply
    uses: tuple[str, ...] = ("",)

    def ingest(self, batch: Batch, *, suspicious: bool = False) -> int:
        """Apply what is new in a batch; returns how many envelopes were.

        `suspicious` says that an earlier delivery may have killed its process; then attempts
        are counted in the database first. Raises `WrongEpoch` and `Outage`, after which nothing
        more has changed. A bad envelope never raises: it is parked and the rest is applied.
        """
        envelopes = batch["envelopes"]
        if not envelopes:
            return 0
        if suspicious:
            return self._ingest_counted(batch["source"], batch["epoch"], envelopes)
        return self._ingest(batch["source"], batch["epoch"], envelopes)

    def _ingest_counted(self, source: str, epoch: str, envelopes: Sequence[Envelope]) -> int:
        """Count the start before the work, so that work which kills the process is noticed."""
        first = envelopes[0]
        with counted(self.engine, Start(source, first["pos"], len(envelopes))) as deaths:
            if deaths and len(envelopes) > 1:
                return sum(self._ingest_counted(source, epoch, [one]) for one in envelopes)
            if deaths < MAX_ATTEMPTS:
                return self._ingest(source, epoch, envelopes)
            detail = f"its process ended {deaths} times while applying it"
            self._park(source, epoch, first, "killed_worker", detail, deaths)
            return 0

    def _ingest(
        self, source: str, epoch: str, envelopes: Sequence[Envelope], tries: int = 1
    ) -> int:
        """Apply in one transaction; on a data error by halves, down to the bad envelope."""
        try:
            with telling_outages():
                return self._transaction(source, epoch, envelopes)
        except (WrongEpoch, Outage):
            raise
        except Exception as error:  # Whatever a handler raises is about its envelope.
            if len(envelopes) > 1:
                middle = len(envelopes) // 2
                halves = (envelopes[:middle], envelopes[middle:])
                return sum(self._ingest(source, epoch, half) for half in halves)
            if takes_too_much(error) and tries < MAX_ATTEMPTS:
                return self._ingest(source, epoch, envelopes, tries + 1)
            self._park(source, epoch, envelopes[0], type(error).__name__, str(error), tries)
            return 0

    def _transaction(self, source: str, epoch: str, envelopes: Sequence[Envelope]) -> int:
        with pipelined(self.engine) as connection:
            send(connection, _WAIT_FOR_NO_DISK)
            fresh = _fresh(connection, source, epoch, envelopes)
            if ENABLED:
                for envelope in fresh:
                    failpoint(f"{self.service}.envelope.{envelope['pos']}")
            if fresh:
                self._apply_all(connection, self.readable(connection, epoch, fresh))
                failpoint(f"{self.service}.before_progress")
            # Also where all of it was known: a move ends somewhere, and more may lie beyond.
            _move(connection, source, epoch)
        failpoint(f"{self.service}.after_ingest")
        return len(fresh)

    def readable(
        self, connection: Connection, epoch: str, fresh: Sequence[Envelope]
    ) -> list[Envelope]:
        """What there is a use for and this code understands, in order; what it does not
        understand is parked."""
        useful = [each for each in fresh if str(each.get("type", "")).startswith(self.uses)]
        if all_fit(useful):
            return useful
        return [each for each in useful if _is_readable(connection, epoch, each)]

    def _apply_all(self, connection: Connection, known: Sequence[Envelope]) -> None:
        """Apply as role `app`, so that row-level security holds for consumers too."""
        for workspace, group in itertools.groupby(sorted(known, key=_WORKSPACE), key=_WORKSPACE):
            become_app(connection, self.service, workspace)
            self.apply(connection, list(group))
        if known:
            become_pipe(connection)

    def _park(
        self,
        source: str,
        epoch: str,
        envelope: Envelope,
        reason: str,
        detail: str,
        attempts: int,
    ) -> None:
        """Park one envelope; its position counts as received, so the rest goes on.

        What went wrong may be told in the envelope's words: it stands with the letter alone.
        """
        _log.error("parked", source=source, pos=envelope["pos"], reason=reason)
        with pipelined(self.engine) as connection:
            if _fresh(connection, source, epoch, [envelope]):
                dead_letters.park(connection, epoch, envelope, reason, detail, attempts)
                _move(connection, source, epoch)


def _is_readable(connection: Connection, epoch: str, envelope: Envelope) -> bool:
    """Hold an envelope against its contract; what does not fit is parked, not applied.

    A type or version this code does not know waits there for a deploy that does.
    """
    try:
        validate_envelope(envelope)
        validate_consumed(envelope["type"], envelope["data"])
    except ContractViolation as violation:
        dead_letters.park(connection, epoch, envelope, violation.reason, str(violation), 1)
        return False
    return True


def _fresh(
    connection: Connection, source: str, epoch: str, envelopes: Sequence[Envelope]
) -> list[Envelope]:
    """The envelopes whose positions enter the inbox now, in order."""
    by_pos = {envelope["pos"]: envelope for envelope in envelopes}
    # PostgreSQL's way of writing an array, which costs less than having the driver write it.
    positions = "{" + ",".join(map(str, by_pos)) + "}"
    times = "{" + ",".join(_time(envelope) for envelope in by_pos.values()) + "}"
    ids = "{" + ",".join(_id(envelope) for envelope in by_pos.values()) + "}"
    given = {"source": source, "epoch": epoch, "positions": positions, "ids": ids, "times": times}
    taken = send(connection, _TAKE, given).fetchall()
    if not taken and _is_first(connection, source, epoch):
        taken = send(connection, _TAKE, given).fetchall()
    if len(taken) < len(by_pos):
        send(connection, _DOUBT, given)
    return [by_pos[pos] for (pos,) in sorted(taken)]


def _id(envelope: Envelope) -> str:
    """Which event it is; NULL where its id is the very thing that is wrong with it."""
    return dead_letters.uuid_or_none(envelope.get("id")) or "NULL"


def _time(envelope: Envelope) -> str:
    """When it happened; NULL where its time is the very thing that is wrong with it."""
    text = str(envelope["time"])
    try:
        datetime.fromisoformat(text[:19])
    except ValueError:
        return "NULL"
    return text if _TIME.fullmatch(text) else "NULL"


def follow(connection: Connection, source: str, epoch: str) -> None:
    """Follow this life of a source's log, unless one of it is followed already."""
    connection.execute(_FOLLOW, {"source": source, "epoch": epoch})


def _is_first(connection: Connection, source: str, epoch: str) -> bool:
    """Whether this is the first ever heard of the source; raises `WrongEpoch`."""
    known = send(connection, _KNOWN_EPOCH, {"source": source}).fetchall()
    if not known:
        follow(connection, source, epoch)
        return True
    if known[0][0] != epoch:
        raise WrongEpoch(f"{source}: expected {known[0][0]}, got {epoch}")
    return False


def _move(connection: Connection, source: str, epoch: str) -> None:
    send(connection, _LOCK_PROGRESS, {"source": source, "epoch": epoch})
    send(connection, _MOVE, {"source": source})
