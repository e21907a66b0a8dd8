"""Dead letters: envelopes that could not be applied, with the reason, to be looked at.

A parked envelope counts as received. `replay` applies it again through the service's own
`apply`; `discard` settles it by decision. Both leave the row as a record.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import Connection, Engine, Row, text

from shared.contracts.catalogue import validate_consumed, validate_envelope
from shared.contracts.tombstones import TOMBSTONE
from shared.db.tenancy import become_app, become_pipe
from shared.messaging.envelope import Envelope

# Of a client that was erased nothing is kept but that there was an event. What was discarded by
# decision stays so when it is met again in another life of its log.
_PARK = text(
    """
    WITH met_again AS (
        UPDATE dead_letters SET epoch = CAST(:epoch AS uuid), pos = :pos, attempts = :attempts
        WHERE source = :source AND event_id = CAST(:event_id AS uuid)
          AND epoch IS DISTINCT FROM CAST(:epoch AS uuid) AND state = 'discarded' RETURNING 1
    )
    INSERT INTO dead_letters (source, epoch, pos, event_id, workspace_id, client_id, type,
                              reason, detail, attempts, envelope, state)
    SELECT :source, CAST(:epoch AS uuid), :pos, CAST(:event_id AS uuid),
           CAST(:workspace_id AS uuid), CAST(:client_id AS uuid), :type, :reason,
           CASE WHEN client.erased THEN 'erased with its client' ELSE :detail END, :attempts,
           CAST(CASE WHEN client.erased THEN :tombstone ELSE :envelope END AS jsonb),
           CASE WHEN client.erased THEN 'discarded' ELSE 'parked' END
    FROM (SELECT is_erased(CAST(:client_id AS uuid))) AS client(erased)
    WHERE NOT EXISTS (SELECT FROM met_again)
    ON CONFLICT (source, epoch, pos) DO UPDATE
    SET state = excluded.state, reason = excluded.reason, detail = excluded.detail,
        attempts = dead_letters.attempts + excluded.attempts, settled_at = NULL
    """
)
# What says where in the log it stood, and nothing of what it said.
_PLACE = ("id", "source", "type", "subject", "time", "workspace", "client_id", "pos", "epoch")
_ERASED = {"data": dict(TOMBSTONE)}
_COLUMNS = "id, source, pos, event_id, type, reason, detail, attempts, state, parked_at"
_LIST = text(f"SELECT {_COLUMNS} FROM dead_letters WHERE state = :state ORDER BY id LIMIT :limit")
_SHOW = text(f"SELECT {_COLUMNS}, workspace_id, envelope FROM dead_letters WHERE id = :id")
_LOCK = text(
    "SELECT id, workspace_id, envelope FROM dead_letters "
    "WHERE id = :id AND state = 'parked' FOR UPDATE"
)
_SETTLE = text(
    "UPDATE dead_letters SET state = :state, settled_at = clock_timestamp() "
    "WHERE id = :id AND state = 'parked'"
)


def park(
    connection: Connection,
    epoch: str,
    envelope: Envelope,
    reason: str,
    detail: str,
    attempts: int,
) -> None:
    """Keep an envelope that could not be applied, in the transaction of its inbox row."""
    connection.execute(
        _PARK,
        {
            "source": envelope["source"],
            "epoch": epoch,
            "pos": envelope["pos"],
            "event_id": uuid_or_none(envelope.get("id")),
            "workspace_id": uuid_or_none(envelope.get("workspace")),
            "client_id": uuid_or_none(envelope.get("client_id")),
            "type": str(envelope.get("type")),
            "reason": reason,
            "detail": detail[:2000],
            "attempts": attempts,
            "envelope": _json(envelope),
            "tombstone": _json({name: envelope.get(name) for name in _PLACE} | _ERASED),
        },
    )


def _json(envelope: Mapping[str, Any]) -> str:
    """PostgreSQL's jsonb has no NUL; a letter that cannot be kept would be lost."""
    return orjson.dumps(envelope).decode().replace("\\u0000", "\\ufffd")


def uuid_or_none(value: object) -> str | None:
    """An id that may be the very thing that is wrong with the envelope."""
    try:
        return str(uuid.UUID(str(value)))
    except ValueError:
        return None


@dataclass(frozen=True, slots=True)
class DeadLetters:
    """The dead letters of one service's database, for operators."""

    service: str
    engine: Engine
    apply: Callable[[Connection, Sequence[Envelope]], None]

    def list(self, state: str = "parked", limit: int = 100) -> Sequence[Row[Any]]:
        """The oldest dead letters in a state: parked, replayed or discarded."""
        with self.engine.connect() as connection:
            return connection.execute(_LIST, {"state": state, "limit": limit}).all()

    def show(self, letter_id: int) -> Row[Any] | None:
        """One dead letter with its envelope."""
        with self.engine.connect() as connection:
            return connection.execute(_SHOW, {"id": letter_id}).one_or_none()

    def replay(self, letter_id: int) -> bool:
        """Apply it again and settle it, in one transaction; False if it is not parked.

        Raises `ContractViolation` where this code does not understand it, as a handler would pass
        by what it does not know, and what the handler raises; then it stays parked.
        """
        with self.engine.begin() as connection:
            row = connection.execute(_LOCK, {"id": letter_id}).one_or_none()
            if row is None:
                return False
            validate_envelope(row.envelope)
            validate_consumed(row.envelope["type"], row.envelope["data"])
            become_app(connection, self.service, str(row.workspace_id))
            self.apply(connection, [row.envelope])
            become_pipe(connection)
            connection.execute(_SETTLE, {"id": letter_id, "state": "replayed"})
        return True

    def discard(self, letter_id: int) -> bool:
        """Settle it without applying; False if it is not parked."""
        with self.engine.begin() as connection:
            done = connection.execute(_SETTLE, {"id": letter_id, "state": "discarded"})
        return done.rowcount == 1
