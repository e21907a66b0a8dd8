"""How a service stands in the message path, read from its own database alone: numbers, and of
dead letters what they are, never what they say."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, text

from shared.messaging.low_water import UNNUMBERED

_LOG = text(
    f"""
    SELECT last_pos AS head,
           CASE WHEN lease_until > clock_timestamp() THEN lease_owner END AS relay,
           (SELECT count(*) FROM event_log WHERE {UNNUMBERED}) AS unsequenced
    FROM relay_state WHERE k = 1
    """
)
_SENT = text("SELECT target, sent_pos AS pos, paused FROM relay_target ORDER BY target")
# What is known of the other's head may be a second old, and is past where this one stands if so.
_APPLIED = text(
    """
    SELECT p.source, p.contiguous_pos AS pos, p.known_head AS head, q.ahead,
           greatest(0, p.known_head - p.contiguous_pos - q.ahead) AS behind,
           CASE WHEN p.contiguous_pos < p.known_head
                THEN round(extract(epoch FROM clock_timestamp() - p.level_at), 1)::float8
                ELSE 0 END AS seconds
    FROM consumer_progress AS p CROSS JOIN LATERAL (
        SELECT count(*) AS ahead FROM inbox AS i
        WHERE i.source = p.source AND i.pos > p.contiguous_pos
    ) AS q ORDER BY p.source
    """.replace("::", r"\:\:")
)
_PARKED = text("SELECT count(*) FROM dead_letters WHERE state = 'parked'")
_LETTERS = text(
    """
    SELECT id, source, pos, event_id::text, type, reason, attempts, parked_at
    FROM dead_letters WHERE state = 'parked' ORDER BY id LIMIT :most
    """.replace("::", r"\:\:")
)
#: So many dead letters are told of, the oldest first.
MOST_LETTERS = 50


def standing(connection: Connection) -> dict[str, Any]:
    """`{head, relay, unsequenced, sent: […], applied: […], parked, dead_letters: […]}`.

    `sent` is up to where each consumer of its events was sent them; `applied` how far this
    service is with each source; `relay` who leads, None where nobody does.
    """
    log = connection.execute(_LOG).one()
    return {
        **log._mapping,  # noqa: SLF001  # SQLAlchemy's public name for it
        "sent": [dict(row) for row in connection.execute(_SENT).mappings()],
        "applied": [dict(row) for row in connection.execute(_APPLIED).mappings()],
        "parked": connection.scalar(_PARKED) or 0,
        "dead_letters": [
            dict(row) for row in connection.execute(_LETTERS, {"most": MOST_LETTERS}).mappings()
        ],
    }
