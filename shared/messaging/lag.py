"""How far behind: what an operator asks of the pipe, read from the databases alone.

Nothing here asks the broker, so the answers hold while it is down.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Connection, Engine, text

from shared.messaging.low_water import UNNUMBERED
from shared.messaging.topology import SERVICES, SUBSCRIPTIONS, source_of

_PRODUCER = text(
    f"""
    SELECT last_pos, epoch, lease_owner, lease_until > clock_timestamp() AS leased,
           (SELECT count(*) FROM event_log WHERE {UNNUMBERED}) AS unsequenced
    FROM relay_state WHERE k = 1
    """
)
_SENT = text("SELECT target, sent_pos, paused FROM relay_target")
_CONSUMER = text(
    """
    SELECT contiguous_pos,
           (SELECT count(*) FROM inbox WHERE source = :source AND pos > p.contiguous_pos) AS ahead
    FROM consumer_progress AS p WHERE source = :source AND epoch = :epoch
    """
)
_OLDEST = text(
    """
    SELECT extract(epoch FROM clock_timestamp() - occurred_at)
    FROM event_log WHERE pos = :pos
    """
)
_PARKED = text("SELECT count(*) FROM dead_letters WHERE state = 'parked' AND source = :source")

Engines = Callable[[str], Engine]


@dataclass(frozen=True, slots=True)
class Lag:
    """One consumer of one source. `events` are not applied yet; `seconds` is the age of the
    oldest of them; `ahead` were applied past a hole; `unsequenced` have no position yet."""

    source: str
    consumer: str
    head: int
    sent: int
    paused: bool
    contiguous: int
    ahead: int
    events: int
    seconds: float
    dead_letters: int
    unsequenced: int
    relay: str | None

    def as_dict(self) -> dict[str, Any]:
        """For `--json`."""
        return asdict(self)


def measure_lag(engine_of: Engines) -> list[Lag]:
    """The lag of every consumer, per source; `engine_of(service)` is a `pipe` engine."""
    return [lag for source in SERVICES for lag in _of_source(engine_of, source)]


def _of_source(engine_of: Engines, source: str) -> Iterator[Lag]:
    consumers = [name for name in SERVICES if source in SUBSCRIPTIONS[name]]
    if not consumers:
        return
    with engine_of(source).connect() as producer:
        state = producer.execute(_PRODUCER).one()
        sent = {row.target: row for row in producer.execute(_SENT)}
        for consumer in consumers:
            with engine_of(consumer).connect() as connection:
                yield _lag(source, consumer, state, sent.get(consumer), producer, connection)


def _lag(
    source: str,
    consumer: str,
    state: Any,
    target: Any,
    producer: Connection,
    connection: Connection,
) -> Lag:
    name = {"source": source_of(source)}
    # Of another life of the log it has applied nothing yet, whatever its position says.
    row = connection.execute(_CONSUMER, {**name, "epoch": state.epoch}).one_or_none()
    contiguous = 0 if row is None else row.contiguous_pos
    behind = max(0, state.last_pos - contiguous) + state.unsequenced
    oldest = producer.scalar(_OLDEST, {"pos": contiguous + 1}) if behind else None
    return Lag(
        source=source,
        consumer=consumer,
        head=state.last_pos,
        sent=0 if target is None else target.sent_pos,
        paused=False if target is None else target.paused,
        contiguous=contiguous,
        ahead=0 if row is None else row.ahead,
        events=behind - (0 if row is None else row.ahead),
        seconds=round(float(oldest or 0), 1),
        dead_letters=int(connection.scalar(_PARKED, name) or 0),
        unsequenced=state.unsequenced,
        relay=state.lease_owner if state.leased else None,
    )
