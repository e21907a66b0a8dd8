"""Counting starts: the only way to notice work that kills its own process.

A start is written down before the work and crossed out after it. What is left over was either
ended by a death or is still at work; who is at work holds a lock that ends with its connection.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import asdict, dataclass

from sqlalchemy import Connection, Engine, TextClause, text

from shared.db.engine import autocommitting
from shared.messaging.outages import Outage, telling_outages

_LOCK = text("SELECT pg_advisory_lock_shared(hashtext(:source), hashtext(:place))")
_UNLOCK = text("SELECT pg_advisory_unlock_shared(hashtext(:source), hashtext(:place))")
# An older count says nothing: what kills does so again within seconds.
_BEGIN = text(
    """
    INSERT INTO ingest_attempts AS known (source, pos, envelopes, attempts)
    VALUES (:source, :pos, :envelopes, 1)
    ON CONFLICT (source, pos, envelopes) DO UPDATE
    SET begun_at = clock_timestamp(), attempts = 1 + CASE
        WHEN known.begun_at < clock_timestamp() - interval '1 hour' THEN 0
        ELSE known.attempts END
    RETURNING attempts - (
        SELECT count(*) FROM pg_locks AS l JOIN pg_database AS d ON d.oid = l.database
        WHERE l.locktype = 'advisory' AND l.mode = 'ShareLock' AND l.granted
          AND d.datname = current_database()
          AND l.classid = CAST(hashtext(:source)::bigint & 4294967295 AS oid)
          AND l.objid = CAST(hashtext(:place)::bigint & 4294967295 AS oid))
    """
)
_MINE = "source = :source AND pos = :pos AND envelopes = :envelopes"
_CROSS_OUT = text(f"UPDATE ingest_attempts SET attempts = attempts - 1 WHERE {_MINE}")
_FORGET = text(f"DELETE FROM ingest_attempts WHERE {_MINE}")


@dataclass(frozen=True, slots=True)
class Start:
    """A start of the work on a source's envelopes: so many, from this position on."""

    source: str
    pos: int
    envelopes: int


# What this process could not note as its database was away. It lives, so it is noted yet.
_owed: list[tuple[Engine, TextClause, Start]] = []


@contextlib.contextmanager
def counted(engine: Engine, start: Start) -> Iterator[int]:
    """Do some work; yields how many processes have died at exactly this and have not come back.

    Work that ends is forgotten, and work that fails is crossed out, as its process lives to tell.
    Raises `Outage` where the work cannot be counted, which is then not begun.
    """
    values = {**asdict(start), "place": f"{start.pos}+{start.envelopes}"}
    with contextlib.ExitStack() as stack:
        with telling_outages():
            connection = stack.enter_context(autocommitting(engine).connect())
            _settle(engine, connection)
            connection.execute(_LOCK, values)
            deaths = int(connection.scalar(_BEGIN, values) or 0)
        noted = _CROSS_OUT
        try:
            yield max(0, deaths)
            noted = _FORGET
        finally:
            _owed.append((engine, noted, start))
            # Noted first: whoever is let go and not crossed out yet would pass for dead.
            with contextlib.suppress(Outage), telling_outages():
                _settle(engine, connection)
            # A connection that is gone has let go already; one that is not goes home unlocked.
            with contextlib.suppress(Outage), telling_outages():
                connection.execute(_UNLOCK, values)


def _settle(engine: Engine, connection: Connection) -> None:
    """Note what is owed to this database."""
    for owed in [each for each in _owed if each[0] is engine]:
        connection.execute(owed[1], asdict(owed[2]))
        with contextlib.suppress(ValueError):  # Another thread has noted it too.
            _owed.remove(owed)
