"""The reconciler: finds holes in what was received and pulls them from the producer.

The head comes with the pull itself, over HTTP from the producer's database, so this works
with the broker dead, emptied or lying. It is also how a new consumer gets its history and
how a consumer notices that a log has begun another life (a new epoch), and follows it.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from sqlalchemy import text

from shared.logging import get_logger
from shared.messaging.envelope import Batch
from shared.messaging.inbox import Inbox, follow
from shared.messaging.lives import Known
from shared.messaging.relearning import Standing, follow_on, relearn, standing

_log = get_logger(__name__)

# A position that has not moved for this long is a hole, not a message on its way.
PATIENCE_SECONDS = 3.0
PAGE = 500
TIDY_EVERY_SECONDS = 60.0
TIDY_ROWS = 5000

# A doubt that was asked about is settled: the log holds what is known there.
_SEE_HEAD = text(
    """
    UPDATE consumer_progress
    SET known_head = :head, head_seen_at = clock_timestamp(),
        doubted_pos = nullif(doubted_pos, :asked),
        level_at = CASE WHEN contiguous_pos >= :head THEN clock_timestamp() ELSE level_at END
    WHERE source = :source
    """
)
# What lies below the contiguous position is refused by that position alone, but a delivery
# that read an older position may still be under way: an hour is longer than any statement. What
# stands at the position stays, as a log that holds it is the one that was followed.
_TIDY = text(
    """
    DELETE FROM inbox WHERE source = :source AND pos IN (
        SELECT pos FROM inbox
        WHERE source = :source AND applied_at < clock_timestamp() - interval '1 hour'
          AND pos < (SELECT contiguous_pos FROM consumer_progress WHERE source = :source)
        ORDER BY pos LIMIT :rows
    )
    """
)


@dataclass(frozen=True, slots=True)
class SourceHead:
    """Where a producer's log ends, and whether it holds what its consumer knows of it."""

    head: int
    epoch: str
    holds: bool = True


@dataclass(frozen=True, slots=True)
class Producer:
    """How to ask a producer; all raise when it does not answer.

    `begin_anew` tells it that its log of that epoch lacks what is known of it.
    """

    source: str
    head: Callable[[Known], SourceHead]
    page: Callable[[int, int], Batch]
    begin_anew: Callable[[str, Known], None]


@dataclass(slots=True)
class Reconciler:
    """The incoming loop for one source of one consumer.

    How long a position stands still is told by this process's own clock, which is never set.
    """

    inbox: Inbox
    producer: Producer
    clock: Callable[[], float] = time.monotonic
    _stood_at: int = field(default=-1)
    _stood_since: float = field(default=0.0)
    _tidied: float = field(default=0.0)

    def make_round(self) -> int:
        """Look once; pull while there is a hole. Returns how many envelopes were applied, and 1
        where there is reason to look again at once."""
        source = self.producer.source
        with self.inbox.engine.begin() as connection:
            stood = standing(connection, source)
        seen = self.producer.head(Known(0) if stood is None else stood.known)
        if stood is None:
            self._follow(seen.epoch)
            return 0  # On a first meeting messages are on their way.
        if stood.epoch != seen.epoch:
            return self._meet(stood, seen)
        if not seen.holds:
            self.producer.begin_anew(seen.epoch, stood.known)
            return 1
        return self._keep_up(stood, seen)

    def _keep_up(self, stood: Standing, seen: SourceHead) -> int:
        with self.inbox.engine.begin() as connection:
            given = {"source": self.producer.source, "head": seen.head, "asked": stood.known.pos}
            connection.execute(_SEE_HEAD, given)
        self._tidy()
        return self._pull(stood.contiguous) if self._is_hole(stood.contiguous, seen.head) else 0

    def _meet(self, stood: Standing, seen: SourceHead) -> int:
        """The log has begun another life, in which none of its messages is sent again."""
        source = self.producer.source
        if not (seen.holds and stood.is_sure):
            return relearn(self.inbox, source, stood.epoch, seen.epoch, self.producer.page)
        if not follow_on(self.inbox, source, stood, seen.epoch):
            return 1
        return self._pull(stood.contiguous)

    def _is_hole(self, contiguous: int, head: int) -> bool:
        """Level with the head is progress too: patience starts when falling behind."""
        now = self.clock()
        if contiguous >= head or contiguous != self._stood_at:
            self._stood_at, self._stood_since = contiguous, now
        return contiguous < head and now - self._stood_since >= PATIENCE_SECONDS

    def _follow(self, epoch: str) -> None:
        given = {"source": self.producer.source, "epoch": epoch}
        with self.inbox.engine.begin() as connection:
            follow(connection, **given)
        _log.info("following a log", **given)

    def _pull(self, after: int) -> int:
        """Pull page by page up to the head; what is already applied is skipped by the inbox."""
        applied = 0
        while True:
            page = self.producer.page(after, PAGE)
            envelopes = page["envelopes"]
            if not envelopes:
                break
            applied += self._apply_in_parts(page)
            after = envelopes[-1]["pos"]
        if applied:
            _log.warning("pulled a hole", source=self.producer.source, applied=applied)
        return applied

    def _apply_in_parts(self, page: Batch) -> int:
        """As many envelopes per transaction as a message would hold."""
        done = 0
        for start in range(0, len(page["envelopes"]), 100):
            part: Batch = {**page, "envelopes": page["envelopes"][start : start + 100]}
            done += self.inbox.ingest(part, suspicious=True)
        return done

    def _tidy(self) -> None:
        """What takes longer than a hole is waited for goes on at the next look."""
        now = self.clock()
        if now - self._tidied < TIDY_EVERY_SECONDS:
            return
        while self._tidy_some() == TIDY_ROWS:
            if self.clock() - now >= PATIENCE_SECONDS:
                return
        self._tidied = now

    def _tidy_some(self) -> int:
        with self.inbox.engine.begin() as connection:
            given = {"source": self.producer.source, "rows": TIDY_ROWS}
            return connection.execute(_TIDY, given).rowcount
