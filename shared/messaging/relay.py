"""The relay: gives committed events their position and sends them on.

Two statements give positions (`sequence`): the first locks the counter row, the second,
whose snapshot starts after the lock is held, numbers what is committed by then. One
statement would number from a snapshot older than its lock and let two relays invert the
order. What a round sends is read in the same transaction, pipelined, and sent once that is
committed. Sending holds no lock; `sent_pos` moves with the next round, when consumers are at
work already, so a crash repeats a batch and the inbox drops it.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Sequence
from operator import itemgetter
from typing import Any, TypeAlias

from sqlalchemy import Connection, Engine, text

from shared.db.engine import autocommitting
from shared.db.leases import is_over
from shared.db.pipelining import PipelineCursor, fetch, pipelined, send
from shared.failpoints import ENABLED, failpoint
from shared.logging import get_logger
from shared.messaging.backlog import Backlog
from shared.messaging.envelope import ALONE_BYTES, MAX_BATCH_BYTES, MAX_BATCH_ENVELOPES, pack
from shared.messaging.feed import (
    MAX_READ_BYTES,
    READ_AFTER,
    EnvelopeBytes,
    Head,
    as_bytes,
    batch_json,
    cut,
    read_envelopes,
)
from shared.messaging.lives import NOTICE_LIFE
from shared.messaging.low_water import FIRST_UNNUMBERED, STATE, UNNUMBERED, raise_low_water
from shared.messaging.publisher import Publisher
from shared.messaging.topology import targets_of

Rows: TypeAlias = Sequence[tuple[Any, ...]]

_log = get_logger(__name__)

# More rows per statement hold the counter longer and gain nothing (measured: 200 to 500).
SEQUENCE_ROWS = 500
# Read and sent in one go per target, and no more bytes than a page of the feed.
SEND_ROWS = 2000

_LOCK_COUNTER = text("SELECT FROM relay_state WHERE k = 1 FOR UPDATE")
_NUMBER = text(
    f"""
    WITH fresh AS (
        SELECT id, row_number() OVER (ORDER BY id) AS n
        FROM (
            SELECT id FROM event_log WHERE {UNNUMBERED} ORDER BY id LIMIT :rows
        ) AS unnumbered
    ), numbered AS (
        UPDATE event_log SET pos = s.last_pos + fresh.n
        FROM fresh, relay_state AS s WHERE event_log.id = fresh.id RETURNING pos
    )
    UPDATE relay_state SET last_pos = new.last
    FROM (SELECT max(pos) AS last, count(*) AS many FROM numbered) AS new
    WHERE new.many > 0 RETURNING new.many
    """
)
_ANYTHING_NEW = f"SELECT ({FIRST_UNNUMBERED}) IS NOT NULL"
_ANYTHING_TO_DO = text(
    f"""
    {_ANYTHING_NEW} OR EXISTS (
        SELECT FROM relay_target AS t JOIN {STATE} AS s ON t.sent_pos < s.last_pos
        WHERE NOT t.paused AND t.target = ANY(:known))
    """
)
_BEHIND = text(
    """
    SELECT t.target, t.sent_pos, s.last_pos, s.epoch::text AS epoch
    FROM relay_target AS t JOIN relay_state AS s ON t.sent_pos < s.last_pos
    WHERE NOT t.paused AND t.target = ANY(:known) ORDER BY t.sent_pos, t.target
    """
)
# What the target that is furthest behind has not been sent; the others' is the end of it.
_UNSENT = text(
    READ_AFTER.format(
        after="(SELECT min(sent_pos) FROM relay_target WHERE NOT paused AND target = ANY(:known))"
    )
)
_TIP = {"limit": MAX_BATCH_ENVELOPES, "most_bytes": MAX_READ_BYTES}
_ADD_TARGETS = text(
    "INSERT INTO relay_target (target) SELECT unnest(CAST(:known AS text[])) ON CONFLICT DO NOTHING"
)
# From where it stood when the batch was read: whoever has moved it since is right.
_MOVE_SENT = text(
    "UPDATE relay_target SET sent_pos = :pos WHERE target = ANY(:targets) AND sent_pos = :after"
)
_TAKE_LEASE = text(
    f"""
    UPDATE relay_state SET lease_owner = :owner,
           lease_until = clock_timestamp() + make_interval(secs => :seconds)
    WHERE k = 1 AND (lease_owner = :owner
                     OR {is_over("lease_until", "make_interval(secs => 2 * :seconds)")})
    """
)


def sequence(engine: Engine) -> int:
    """Give the next gapless positions to committed events that have none; returns how many.

    Anyone may, at any time. The relay's rounds number as well; this is for while one is held
    up by a broker that does not answer, as consumers pull by position all the same.
    """
    with autocommitting(engine).connect() as connection:
        if not connection.scalar(text(_ANYTHING_NEW)):
            return 0
    with pipelined(engine) as connection:
        numbered = _number(connection)
    return _many(numbered)


def _number(connection: Connection) -> PipelineCursor:
    # Before any position is given: in a log that lacks what it had, it is that of another event.
    send(connection, NOTICE_LIFE)
    locked = send(connection, _LOCK_COUNTER)
    if ENABLED:
        locked.fetchall()
        failpoint("relay.counter_locked")
    return send(connection, _NUMBER, {"rows": SEQUENCE_ROWS})


def _many(numbered: PipelineCursor) -> int:
    return sum(many for (many,) in numbered.fetchall())


class Relay:
    """The outgoing loop of one service; several may run, one works."""

    def __init__(self, service: str, engine: Engine, publisher: Publisher, owner: str) -> None:
        self._service = service
        self._engine = engine
        # A look that changes nothing needs no transaction, which would cost two round trips.
        self._looking = autocommitting(engine)
        self._publisher = publisher
        self._owner = owner
        self._targets = list(targets_of(service))
        self._sent: list[dict[str, Any]] = []
        self._backlogs: defaultdict[str, Backlog] = defaultdict(Backlog)

    def prepare(self) -> None:
        """Add a row for each subscriber that has none yet; it starts at the first event."""
        with self._engine.begin() as connection:
            connection.execute(_ADD_TARGETS, {"known": self._targets})

    def hold_lease(self, seconds: float) -> bool:
        """Take or renew the lease by the database's clock; False while another relay works.

        Whoever asks notices as well that the log lives on elsewhere, though nothing new comes, and
        who holds it raises the mark below which nobody looks for what is new.
        """
        with self._engine.begin() as connection:
            connection.execute(NOTICE_LIFE)
            given = {"owner": self._owner, "seconds": seconds}
            taken = connection.execute(_TAKE_LEASE, given).rowcount == 1
            if taken:
                raise_low_water(connection)
        return taken

    def make_round(self, *, hinted: bool = False) -> int:
        """One round: number what is new, send what is unsent; returns how many events moved.

        A hint says that there is something new and spares the look. A broker that fails leaves
        everything in the log.
        """
        if not hinted and not self._is_anything_to_do():
            return 0
        # If this round fails, what the last one sent is not known to be; it is sent again.
        sent, self._sent = self._sent, []
        with pipelined(self._engine) as connection:
            for moved in sent:
                send(connection, _MOVE_SENT, moved)
            numbered = _number(connection)
            behind = send(connection, _BEHIND, {"known": self._targets})
            unsent = send(connection, _UNSENT, {**_TIP, "known": self._targets})
        failpoint("relay.after_sequence")
        return max(_many(numbered), self._send_all(behind.fetchall(), unsent.fetchall()))

    def _send_all(self, behind: Rows, unsent: Rows) -> int:
        """Targets at the same position are sent the same messages, built once."""
        groups = itertools.groupby(behind, key=itemgetter(1, 2, 3))
        return max(
            (
                self._send_group(Head(pos, epoch), after, [target for target, *_ in group], unsent)
                for (after, pos, epoch), group in groups
            ),
            default=0,
        )

    def _send_group(self, head: Head, after: int, targets: list[str], unsent: Rows) -> int:
        is_behind = head.pos - after > MAX_BATCH_ENVELOPES
        targets = [target for target in targets if self._keeps_up(target, is_behind)]
        if not targets:
            return 0
        rows = [row for row in unsent if after < row[0] <= head.pos]
        # Fewer than were asked for, and not the last: as many bytes as are read at once.
        if not rows or (rows[-1][0] != head.pos and len(unsent) == MAX_BATCH_ENVELOPES):
            return self._catch_up(head, after, targets)
        return self._send_on(head.epoch, after, as_bytes(rows, self._service, head.epoch), targets)

    def _catch_up(self, head: Head, after: int, targets: list[str]) -> int:
        with self._looking.connect() as connection:
            envelopes = read_envelopes(
                connection, self._service, head.epoch, after, SEND_ROWS, head.pos
            )
        return self._send_on(head.epoch, after, envelopes, targets)

    def _is_anything_to_do(self) -> bool:
        with self._looking.connect() as connection:
            return bool(fetch(connection, _ANYTHING_TO_DO, {"known": self._targets})[0][0])

    def _send_on(
        self, epoch: str, after: int, envelopes: list[EnvelopeBytes], targets: list[str]
    ) -> int:
        messages = cut(envelopes, MAX_BATCH_ENVELOPES, MAX_BATCH_BYTES, ALONE_BYTES)
        batches = [pack(batch_json(self._service, epoch, message)) for message in messages]
        if not self._is_sent(targets, batches):
            return 0
        failpoint("relay.after_publish")
        self._sent.append({"targets": targets, "after": after, "pos": envelopes[-1].pos})
        return len(envelopes)

    def _keeps_up(self, target: str, is_behind: bool) -> bool:
        """Whether its queue is short; looked at where there is much to send, or much was sent."""
        backlog = self._backlogs[target]
        if not is_behind and not backlog.is_due:
            return True
        try:
            return backlog.has_room(self._publisher.depth(target))
        except Exception as error:
            return _not_sent([target], error)

    def _is_sent(self, targets: list[str], batches: list[str]) -> bool:
        """Whether the broker has taken them, as far as it tells."""
        try:
            self._publisher.send_batches(targets, batches)
        except Exception as error:
            for target in targets:
                self._backlogs[target].note_failure()
            return _not_sent(targets, error)
        for target in targets:
            self._backlogs[target].note_sent(map(len, batches))
        return True


def _not_sent(targets: list[str], error: Exception) -> bool:
    """Whatever the broker raises, the log keeps the events."""
    _log.warning("not sent", targets=targets, error=str(error))
    return False
