"""Learning a log that has begun another life: what only the earlier one told is forgotten.

Where the log still holds what this consumer heard last, it holds all that came before, and only the
epoch changes. Otherwise the whole log is read, and only then applied, in one transaction
that begins by forgetting: nobody sees halves, no lock is held while the network is used, and one
that breaks off has changed nothing.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from operator import itemgetter

import orjson
from sqlalchemy import Connection, Row, text

from shared.db.tenancy import become_app, become_pipe
from shared.logging import get_logger
from shared.messaging import dead_letters
from shared.messaging.envelope import Batch, Envelope
from shared.messaging.erasure import ERASING
from shared.messaging.feed import MAX_READ_BYTES
from shared.messaging.inbox import Inbox
from shared.messaging.lives import Known
from shared.messaging.outages import is_outage

_log = get_logger(__name__)

_PAGE = 500
_WORKSPACE = itemgetter("workspace")

# What is known past a hole counts too; in doubt, what was known before another event came there.
_KNOWN = text(
    """
    SELECT p.epoch::text AS epoch, p.contiguous_pos, known.pos, known.event_id::text AS event_id
    FROM consumer_progress AS p LEFT JOIN inbox AS known ON known.source = p.source
        AND known.pos = coalesce(p.doubted_pos, (
            SELECT max(pos) FROM inbox WHERE source = p.source))
    WHERE p.source = :source
    """.replace("::", r"\:\:")
)
_LOCK = text("SELECT FROM consumer_progress WHERE source = :source FOR UPDATE")
_FOLLOW_ON = text(
    """
    UPDATE consumer_progress SET epoch = CAST(:epoch AS uuid), doubted_pos = NULL
    WHERE source = :source
    """
)
_LETTERS_FOLLOW = text(
    "UPDATE dead_letters SET epoch = CAST(:epoch AS uuid) "
    "WHERE source = :source AND epoch = CAST(:ended AS uuid)"
)
_MAKE_ROOM = text(
    """
    CREATE TEMPORARY TABLE another_life (
        pos bigint PRIMARY KEY, event_id uuid, client_id uuid, envelope jsonb NOT NULL,
        bytes int NOT NULL)
    """
)
_LET_READ = text("GRANT SELECT ON another_life TO PUBLIC")
_CLEAR = text("DROP TABLE IF EXISTS pg_temp.another_life")
_KEEP = text(
    """
    INSERT INTO another_life
    SELECT CAST(e ->> 'pos' AS bigint), CAST(e ->> 'id' AS uuid), CAST(e ->> 'client_id' AS uuid),
           e, octet_length(CAST(e AS text))
    FROM jsonb_array_elements(CAST(:envelopes AS jsonb)) AS e ON CONFLICT DO NOTHING
    """
)
_NEXT = text(
    """
    SELECT l.envelope FROM (
        SELECT pos, sum(bytes) OVER (ORDER BY pos) - bytes AS before FROM (
            SELECT pos, bytes FROM another_life WHERE pos > :after ORDER BY pos LIMIT :page
        ) AS found
    ) AS measured JOIN another_life AS l USING (pos)
    WHERE measured.before < :most_bytes ORDER BY pos
    """
)
#: For the one transaction in which everything is applied anew.
PATIENT = text(
    "SELECT set_config('statement_timeout', '0', true), set_config('lock_timeout', '60s', true), "
    "set_config('idle_in_transaction_session_timeout', '0', true)"
)
# Who is still deleted by what the log says now.
_STILL_ERASED = """
    SELECT coalesce(array_agg(DISTINCT gone.id), '{}') FROM another_life AS l
    CROSS JOIN LATERAL (
        SELECT l.client_id UNION ALL
        SELECT CAST(jsonb_array_elements_text(
            coalesce(l.envelope #> '{data,aliases}', '[]')) AS uuid)
    ) AS gone(id)
    WHERE l.envelope ->> 'type' = ANY (:erasing) AND l.client_id IS NOT NULL
"""
_FORGET = text(f"SELECT forget_source(:source, ({_STILL_ERASED}))")
_SETTLE = text("SELECT settle_source(:source, CAST(:concerned AS uuid[]))")
_MOVE = text(
    """
    UPDATE consumer_progress AS p
    SET epoch = CAST(:epoch AS uuid), doubted_pos = NULL, contiguous_pos = coalesce(last.pos, 0),
        contiguous_at = CAST(last.at AS timestamptz), known_head = coalesce(last.pos, 0),
        head_seen_at = clock_timestamp(), level_at = clock_timestamp()
    FROM (VALUES (1)) AS one LEFT JOIN (
        SELECT pos, envelope ->> 'time' AS at FROM another_life ORDER BY pos DESC LIMIT 1
    ) AS last ON true
    WHERE p.source = :source AND p.epoch = CAST(:ended AS uuid)
    """
)
_FORGET_INBOX = text("DELETE FROM inbox WHERE source = :source")
# A start that never ended was of the event which stood there then.
_FORGET_STARTS = text("DELETE FROM ingest_attempts WHERE source = :source")
_REMEMBER_LAST = text(
    """
    INSERT INTO inbox (source, pos, event_id, occurred_at)
    SELECT :source, pos, event_id, CAST(envelope ->> 'time' AS timestamptz) FROM another_life
    ORDER BY pos DESC LIMIT 1
    """
)
# What could be applied this time is; what the log does not hold any more never will be.
_END_LETTERS = text(
    """
    UPDATE dead_letters AS d SET settled_at = clock_timestamp(), state = CASE
        WHEN EXISTS (SELECT FROM another_life AS l WHERE l.event_id = d.event_id)
        THEN 'replayed' ELSE 'discarded' END
    WHERE d.source = :source AND d.epoch IS DISTINCT FROM CAST(:epoch AS uuid)
      AND d.state = 'parked'
    """
)


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a consumer is with a log: in which life of it, up to where without a hole, and the
    last event that it knows."""

    epoch: str
    contiguous: int
    known: Known

    @property
    def is_sure(self) -> bool:
        """Whether a log that holds what is known last can be told from one that does not."""
        return self.known.event_id is not None or self.known.pos == 0


def standing(connection: Connection, source: str) -> Standing | None:
    """How far the consumer is with a source; None where it has never heard of it."""
    row = connection.execute(_KNOWN, {"source": source}).one_or_none()
    return None if row is None else Standing(row.epoch, row.contiguous_pos, _known(row))


def _known(row: Row[tuple[object, ...]]) -> Known:
    if row.pos is None or (row.event_id is None and row.pos < row.contiguous_pos):
        return Known(row.contiguous_pos)
    return Known(row.pos, row.event_id)


def follow_on(inbox: Inbox, source: str, stood: Standing, epoch: str) -> bool:
    """Take the log for the continuation of the one that was followed; False if more has become
    known meanwhile, which it may not hold."""
    with inbox.engine.begin() as connection:
        connection.execute(_LOCK, {"source": source})
        if standing(connection, source) != stood:
            return False
        given = {"source": source, "epoch": epoch, "ended": stood.epoch}
        connection.execute(_FOLLOW_ON, given)
        for statement in (_LETTERS_FOLLOW, _FORGET_STARTS):
            connection.execute(statement, given)
    _log.info("following the log on", source=source, epoch=epoch, pos=stood.contiguous)
    return True


def relearn(
    inbox: Inbox, source: str, ended: str, epoch: str, page: Callable[[int, int], Batch]
) -> int:
    """Read the whole log and apply it in place of what was known; returns how many envelopes it
    has. A bad one is parked. Raises where the log does not stay the same meanwhile."""
    with inbox.engine.connect() as connection, _room(connection):
        _read_all(connection, epoch, page)
        with connection.begin():
            count = _apply_all(connection, inbox, source, ended, epoch)
    _log.warning("learned a log anew", source=source, epoch=epoch, envelopes=count)
    return count


@contextmanager
def _room(connection: Connection) -> Iterator[None]:
    """Where the log is put aside, on the consumer's own server."""
    with connection.begin():
        for statement in (_CLEAR, _MAKE_ROOM, _LET_READ):
            connection.execute(statement)
    try:
        yield
    finally:
        with connection.begin():
            connection.execute(_CLEAR)


class LogChanged(Exception):
    """The log, or what is known of it, has become another while it was read."""


def _read_all(connection: Connection, epoch: str, page: Callable[[int, int], Batch]) -> None:
    after = 0
    while (read := page(after, _PAGE))["envelopes"]:
        if read["epoch"] != epoch:
            raise LogChanged(f"expected {epoch}, got {read['epoch']}")
        with connection.begin():
            connection.execute(_KEEP, {"envelopes": orjson.dumps(read["envelopes"]).decode()})
        after = read["envelopes"][-1]["pos"]


def _apply_all(connection: Connection, inbox: Inbox, source: str, ended: str, epoch: str) -> int:
    """The tables' locks come first and the position's after them, as in a batch."""
    given = {"source": source, "epoch": epoch, "ended": ended}
    connection.execute(PATIENT)
    concerned = connection.scalar(_FORGET, {**given, "erasing": list(ERASING)})
    count = sum(_apply(connection, inbox, epoch, each) for each in _pages(connection))
    connection.execute(_SETTLE, {**given, "concerned": concerned})
    if connection.execute(_MOVE, given).rowcount != 1:
        raise LogChanged(f"{source} is followed by another already")
    for statement in (_FORGET_INBOX, _FORGET_STARTS, _REMEMBER_LAST, _END_LETTERS):
        connection.execute(statement, given)
    return count


def _pages(connection: Connection) -> Iterator[list[Envelope]]:
    after = 0
    while True:
        given = {"after": after, "page": _PAGE, "most_bytes": MAX_READ_BYTES}
        found = list(connection.scalars(_NEXT, given))
        if not found:
            return
        yield found
        after = found[-1]["pos"]


def _apply(connection: Connection, inbox: Inbox, epoch: str, envelopes: Sequence[Envelope]) -> int:
    known = sorted(inbox.readable(connection, epoch, envelopes), key=_WORKSPACE)
    for workspace, group in itertools.groupby(known, key=_WORKSPACE):
        _apply_group(connection, inbox, epoch, workspace, list(group))
    return len(envelopes)


def _apply_group(
    connection: Connection, inbox: Inbox, epoch: str, workspace: str, group: Sequence[Envelope]
) -> None:
    try:
        with connection.begin_nested():
            become_app(connection, inbox.service, workspace)
            inbox.apply(connection, group)
            become_pipe(connection)
    except Exception as error:  # Whatever a handler raises is about its envelope.
        if is_outage(error):
            raise
        if len(group) == 1:
            name = type(error).__name__
            dead_letters.park(connection, epoch, group[0], name, str(error), 1)
            return
        for one in group:
            _apply_group(connection, inbox, epoch, workspace, [one])
