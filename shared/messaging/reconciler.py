"""The reconciler: finds holes in what was received and pulls them from the producer.

The head comes with the pull itself, over HTTP from the producer's database, so this works
with the broker dead, emptied or lying. It is also how a new consumer gets its history and
how a consumer follows a log that was restored from a backup (a new epoch).
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from sqlalchemy import text

from shared.logging import get_logger
from shared.messaging.envelope import Batch
from shared.messaging.inbox import Inbox

_log = get_logger(__name__)

# A position that has not moved for this long is a hole, not a message on its way.
PATIENCE_SECONDS = 3.0
PAGE = 500
TIDY_EVERY_SECONDS = 60.0
TIDY_ROWS = 5000

_PROGRESS = text(
    """
    SELECT epoch::text AS epoch, contiguous_pos FROM consumer_progress WHERE source = :source
    """
)
_SEE_HEAD = text(
    """
    UPDATE consumer_progress
    SET known_head = :head, head_seen_at = clock_timestamp(),
        level_at = CASE WHEN contiguous_pos >= :head THEN clock_timestamp() ELSE level_at END
    WHERE source = :source
    """
)
_ADOPT = text(
    """
    INSERT INTO consumer_progress (source, epoch) VALUES (:source, CAST(:epoch AS uuid))
    ON CONFLICT (source) DO UPDATE
    SET epoch = excluded.epoch, contiguous_pos = 0, contiguous_at = NULL, known_head = 0
    WHERE consumer_progress.epoch <> excluded.epoch
    """
)
_FORGET_INBOX = text("DELETE FROM inbox WHERE source = :source")
# What lies below the contiguous position is refused by that position alone, but a delivery
# that read an older position may still be under way: an hour is longer than any statement.
_TIDY = text(
    """
    DELETE FROM inbox WHERE source = :source AND pos IN (
        SELECT pos FROM inbox
        WHERE source = :source AND applied_at < clock_timestamp() - interval '1 hour'
          AND pos <= (SELECT contiguous_pos FROM consumer_progress WHERE source = :source)
        ORDER BY pos LIMIT :rows
    )
    """
)


@dataclass(frozen=True, slots=True)
class SourceHead:
    """Where a producer's log ends."""

    head: int
    epoch: str


@dataclass(frozen=True, slots=True)
class Producer:
    """How to ask a producer; both raise when it does not answer."""

    source: str
    head: Callable[[], SourceHead]
    page: Callable[[int, int], Batch]


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
        """Look once; pull while there is a hole. Returns how many envelopes were applied."""
        source = self.producer.source
        seen = self.producer.head()
        with self.inbox.engine.begin() as connection:
            row = connection.execute(_PROGRESS, {"source": source}).one_or_none()
            if row is not None and row.epoch == seen.epoch:
                connection.execute(_SEE_HEAD, {"source": source, "head": seen.head})
        if row is None or row.epoch != seen.epoch:
            self._adopt(seen.epoch)
            # On a first meeting messages are on their way; a restored log sends none again.
            return 0 if row is None else self._pull(0)
        self._tidy()
        return self._pull(row.contiguous_pos) if self._is_hole(row.contiguous_pos, seen.head) else 0

    def _is_hole(self, contiguous: int, head: int) -> bool:
        """Level with the head is progress too: patience starts when falling behind."""
        now = self.clock()
        if contiguous >= head or contiguous != self._stood_at:
            self._stood_at, self._stood_since = contiguous, now
        return contiguous < head and now - self._stood_since >= PATIENCE_SECONDS

    def _adopt(self, epoch: str) -> None:
        """Start over with a log we have not met: ids keep what was applied from doubling."""
        source = self.producer.source
        _log.info("following a log", source=source, epoch=epoch)
        with self.inbox.engine.begin() as connection:
            if connection.execute(_ADOPT, {"source": source, "epoch": epoch}).rowcount:
                connection.execute(_FORGET_INBOX, {"source": source})

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
        if self.clock() - self._tidied < TIDY_EVERY_SECONDS:
            return
        self._tidied = self.clock()
        while self._tidy_some() == TIDY_ROWS:
            pass

    def _tidy_some(self) -> int:
        with self.inbox.engine.begin() as connection:
            given = {"source": self.producer.source, "rows": TIDY_ROWS}
            return connection.execute(_TIDY, given).rowcount
