"""Reading a service's own log by position: rows as envelopes, and where the log ends.

The JSON of `data` is passed through as PostgreSQL writes it, so an event costs one small
`dumps` and no parse on its way out.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import Connection, text

from shared.messaging.topology import source_of

_HEAD = text("SELECT last_pos, epoch::text AS epoch FROM relay_state WHERE k = 1")
# What a row holds of an envelope, in order.
_NAMES = (
    *("pos", "id", "type", "subject", "time", "workspace", "client_id", "aggregateversion"),
    *("correlationid", "causationid", "traceparent", "actor", "data"),
)
_COLUMNS = """
    pos, event_id::text, type, subject, occurred_at AT TIME ZONE 'UTC', workspace_id::text,
    client_id::text, aggregate_version, correlation_id, causation_id, traceparent, actor::text,
    data::text
"""
#: Reads them after the position that is given as SQL; takes `limit` and `most_bytes` beside, which
#: the last of them may pass. It looks at `limit` of them, by what they take as they are stored
#: first, since a text has to be made of what is measured as it is sent.
READ_AFTER = f"""
    SELECT {", ".join(_NAMES)} FROM (
        SELECT *, sum(octet_length(data)) OVER (ORDER BY pos) - octet_length(data) AS before
        FROM (SELECT {_COLUMNS} FROM (
            SELECT *, sum(pg_column_size(data)) OVER (ORDER BY pos) - pg_column_size(data) AS stored
            FROM (SELECT * FROM event_log WHERE pos > {{after}} ORDER BY pos LIMIT :limit) AS next
        ) AS event_log WHERE stored < :most_bytes ORDER BY pos OFFSET 0)
            AS found ({", ".join(_NAMES)})
    ) AS measured WHERE before < :most_bytes ORDER BY pos
"""
# What a read holds at most, but for its last envelope, so that neither a page nor a relay that
# catches up grows with the size of the events.
MAX_READ_BYTES = 4_000_000
# Row by row along the index: it ends where it has read enough, and has read nothing beyond.
_NEXT = (
    f"SELECT {_COLUMNS} FROM event_log WHERE pos > {{after}} AND pos <= :upto ORDER BY pos LIMIT 1"
)
_READ = text(
    f"""
    WITH RECURSIVE page ({", ".join(_NAMES)}, number, bytes) AS (
        (SELECT first.*, 1, octet_length(first.data)::bigint
         FROM ({_NEXT.format(after=":after")}) AS first ({", ".join(_NAMES)}))
        UNION ALL
        SELECT next.*, page.number + 1, page.bytes + octet_length(next.data)
        FROM page CROSS JOIN LATERAL (
            {_NEXT.format(after="page.pos")}) AS next ({", ".join(_NAMES)})
        WHERE page.number < :limit AND page.bytes < :most_bytes
    )
    SELECT {", ".join(_NAMES)} FROM page
    """
)
_UTC = orjson.OPT_NAIVE_UTC | orjson.OPT_UTC_Z


@dataclass(frozen=True, slots=True)
class Head:
    """The last position given in a log, and which life of the log it belongs to."""

    pos: int
    epoch: str


@dataclass(frozen=True, slots=True)
class EnvelopeBytes:
    """One envelope as JSON bytes, ready to be sent."""

    pos: int
    body: bytes


def read_head(connection: Connection) -> Head:
    """Where the log ends now."""
    row = connection.execute(_HEAD).one()
    return Head(int(row.last_pos), str(row.epoch))


def read_envelopes(
    connection: Connection, service: str, epoch: str, after: int, limit: int, upto: int = 2**62
) -> list[EnvelopeBytes]:
    """The envelopes after a position, in order: at most so many, and `MAX_READ_BYTES` of data."""
    given = {"after": after, "limit": limit, "upto": upto, "most_bytes": MAX_READ_BYTES}
    rows = connection.execute(_READ, given).all()
    return as_bytes(rows, service, epoch)


def as_bytes(rows: Iterable[Sequence[Any]], service: str, epoch: str) -> list[EnvelopeBytes]:
    """The envelopes of rows that `READ_AFTER` has read."""
    source = source_of(service)
    return [EnvelopeBytes(row[0], _bytes_of(row, source, epoch)) for row in rows]


def _bytes_of(row: Sequence[Any], source: str, epoch: str) -> bytes:
    envelope = dict(zip(_NAMES, row, strict=True), specversion="1.0", source=source, epoch=epoch)
    for name in ("actor", "data"):
        envelope[name] = orjson.Fragment(envelope[name])
    return orjson.dumps(envelope, option=_UTC)


def batch_json(service: str, epoch: str, envelopes: Iterable[EnvelopeBytes]) -> bytes:
    """One message: the batch header and its envelopes."""
    return orjson.dumps(
        {
            "v": 1,
            "source": source_of(service),
            "epoch": epoch,
            "envelopes": [orjson.Fragment(envelope.body) for envelope in envelopes],
        }
    )


def read_feed(connection: Connection, service: str, after: int, limit: int) -> bytes:
    """The answer of the internal feed."""
    head = read_head(connection)
    envelopes = read_envelopes(connection, service, head.epoch, after, limit, head.pos)
    return orjson.dumps({"batch": orjson.Fragment(batch_json(service, head.epoch, envelopes))})


def cut(
    envelopes: Sequence[EnvelopeBytes], most: int, most_bytes: int, alone: int
) -> list[list[EnvelopeBytes]]:
    """Cut a run of envelopes into messages: few enough, small enough, the large ones alone."""
    messages: list[list[EnvelopeBytes]] = []
    size = most_bytes + 1  # The first envelope always opens a message.
    for envelope in envelopes:
        length = len(envelope.body)
        full = size + length > most_bytes or len(messages[-1]) == most
        if full or length > alone:
            messages.append([])
            size = 0
        messages[-1].append(envelope)
        # Nothing joins an envelope that travels alone.
        size = most_bytes if length > alone else size + length
    return messages
