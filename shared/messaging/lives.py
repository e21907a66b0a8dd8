"""The lives of a log: noticing that it is not the one it was, and beginning a new one.

A database that was promoted, restored or copied lacks the last commits and gives their positions
anew. So the log remembers where it was written (the server's identity and timeline, and the
database's own number), and whoever numbers or places compares first, in the same transaction.
What that cannot tell, a server's files put back, a consumer tells: it knows an event that the log
does not hold.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, text

# Written by this server, in this timeline of its write-ahead log, in this database. The timeline
# is that of the next record, which changes with a promotion; a control file tells it later.
_HERE = """
    SELECT concat_ws('/', (SELECT system_identifier FROM pg_control_system()),
                     left(pg_walfile_name(pg_current_wal_insert_lsn()), 8),
                     (SELECT oid FROM pg_database WHERE datname = current_database()))
"""
#: Begins a new epoch where the log was last written elsewhere; a log that was never written
#: anywhere keeps its own.
NOTICE_LIFE = text(
    f"""
    UPDATE relay_state SET life = here.name,
        epoch = CASE WHEN life IS NULL THEN epoch ELSE gen_random_uuid() END
    FROM ({_HERE}) AS here(name) WHERE k = 1 AND life IS DISTINCT FROM here.name
    """
)
_HOLDS = """
    (:pos <= last_pos AND (CAST(:event_id AS uuid) IS NULL OR EXISTS (
        SELECT FROM event_log WHERE pos = :pos AND event_id = CAST(:event_id AS uuid))))
"""
_DOES_HOLD = text(f"SELECT {_HOLDS} FROM relay_state WHERE k = 1")
_BEGIN_ANEW = text(
    f"""
    UPDATE relay_state SET epoch = gen_random_uuid()
    WHERE k = 1 AND epoch = CAST(:epoch AS uuid) AND NOT {_HOLDS}
    """
)


@dataclass(frozen=True, slots=True)
class Known:
    """An event that a consumer knows of a log; `event_id` is None where only its place is known."""

    pos: int
    event_id: str | None = None


def holds(connection: Connection, known: Known) -> bool:
    """Whether the log holds that event at that position, and so all that stood before it."""
    given = {"pos": known.pos, "event_id": known.event_id}
    return bool(connection.scalar(_DOES_HOLD, given))


def begin_anew(connection: Connection, epoch: str, known: Known) -> bool:
    """Begin a new epoch if this one is the log's and it does not hold what was told in it."""
    given = {"epoch": epoch, "pos": known.pos, "event_id": known.event_id}
    return connection.execute(_BEGIN_ANEW, given).rowcount == 1
