"""The low-water mark of a log: up to it every event has its position, so nobody looks there again.

An event that is numbered leaves a dead entry in the index of those that are not, which stays as
long as any snapshot may still see it: a dump of an hour would have every look walk over all that
was written in that hour. Looks begin at the mark instead.

Ids are drawn in order and committed out of order, so an id below those that are seen may be
missing yet. Whoever draws one holds a lock on the table until its transaction ends. So the next
mark is noted with whoever holds that lock, and is the mark once none of them does.
"""

from __future__ import annotations

from sqlalchemy import Connection, text

#: The one row of `relay_state`, for looks. It changes with each round, and its versions stay as
#: well while a snapshot is held: from the end of the index the newest is met first.
STATE = "(SELECT * FROM relay_state WHERE k >= 1 ORDER BY k DESC LIMIT 1)"
#: The condition, in SQL, on a row of `event_log` that waits for its position.
UNNUMBERED = f"pos IS NULL AND id > (SELECT low_water_id FROM {STATE} AS state)"

#: The first of those rows. Asked in order, so that it is read along an index from the mark on,
#: whatever was last known of how many there are.
FIRST_UNNUMBERED = f"SELECT id FROM event_log WHERE {UNNUMBERED} ORDER BY id LIMIT 1"

# Inserting takes this lock before it draws an id, and ends the transaction before it lets go.
_WRITERS = """
    SELECT virtualtransaction FROM pg_locks
    WHERE locktype = 'relation' AND relation = CAST('event_log' AS regclass)
      AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
      AND mode = 'RowExclusiveLock'
"""
_WAIT_FOR_WRITERS = text(
    f"""
    UPDATE relay_state SET awaited_writers = ARRAY(
        {_WRITERS} AND virtualtransaction = ANY(awaited_writers))
    WHERE k = 1 AND awaited_writers <> '{{}}'
    """
)
# A statement of its own on purpose: its snapshot begins after the writers were looked for, so it
# sees what they have committed.
_MOVE = text(
    f"""
    UPDATE relay_state SET low_water_id = next_low_water_id
    WHERE k = 1 AND low_water_id < next_low_water_id AND awaited_writers = '{{}}'
      AND coalesce(({FIRST_UNNUMBERED}) > next_low_water_id, true)
    """
)
_PLAN_NEXT = text(
    f"""
    UPDATE relay_state SET next_low_water_id = seen.id, awaited_writers = ARRAY({_WRITERS})
    FROM (SELECT coalesce((SELECT min(id) - 1 FROM event_log WHERE {UNNUMBERED}),
                          (SELECT max(id) FROM event_log)) AS id) AS seen
    WHERE k = 1 AND low_water_id = next_low_water_id AND seen.id > next_low_water_id
    """
)


def raise_low_water(connection: Connection) -> None:
    """Raise the mark as far as is certain, in a transaction that holds the counter's row.

    Once a second is often enough; it changes nothing where nothing was written.
    """
    for statement in (_WAIT_FOR_WRITERS, _MOVE, _PLAN_NEXT):
        connection.execute(statement)
