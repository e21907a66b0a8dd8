"""Noting what came of deliveries, and keeping those behind a failed one in their place."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import text

from services.activity.webhooks.models import DELIVERED, FAILED, WAITING, Webhook
from services.activity.webhooks.operations.handing_out import HandedOut
from services.activity.webhooks.operations.low_water import is_fresh_from
from services.activity.webhooks.rules import retries, types
from services.activity.webhooks.rules.answers import Attempt, Outcome
from shared.unit_of_work import UnitOfWork

#: So many attempts of a delivery are kept.
KEPT_ATTEMPTS = 20

# That it has arrived is true whatever was decided since; a failure counts while it waits.
_RECORD = text(
    """
    UPDATE webhook_deliveries AS d
    SET state = r.state, tries = r.tries, next_at = r.next_at,
        finished_at = CASE WHEN r.state <> 'waiting' THEN CAST(:moment AS timestamptz) END,
        attempts = CASE WHEN jsonb_array_length(d.attempts) < :kept THEN d.attempts
                        ELSE d.attempts - 0 END || r.attempt
    FROM jsonb_to_recordset(CAST(:results AS jsonb)) AS r(
        id uuid, state text, tries int, next_at timestamptz, attempt jsonb)
    WHERE d.id = r.id AND (d.state = 'waiting' OR (r.state = 'delivered' AND d.state <> 'erased'))
    """
)
_HOLD = text(
    """
    UPDATE webhook_deliveries AS d SET state = 'held', next_at = NULL
    FROM (
        SELECT coalesce(client_id, workspace_id) AS chain, min(feed_pos) AS pos
        FROM webhook_deliveries
        WHERE webhook_id = :webhook AND state = 'waiting' AND next_at IS NOT NULL
          AND coalesce(client_id, workspace_id) = ANY (CAST(:chains AS uuid[]))
        GROUP BY 1
    ) AS trouble
    WHERE d.webhook_id = :webhook AND d.state = 'waiting' AND d.feed_pos > trouble.pos
      AND coalesce(d.client_id, d.workspace_id) = trouble.chain
    """
)
_RELEASE = text(
    """
    WITH released AS (
        UPDATE webhook_deliveries AS h SET state = 'waiting'
        WHERE h.webhook_id = :webhook AND h.state = 'held'
          AND coalesce(h.client_id, h.workspace_id) = ANY (CAST(:chains AS uuid[]))
          AND NOT EXISTS (
              SELECT FROM webhook_deliveries AS t
              WHERE t.webhook_id = h.webhook_id AND t.state = 'waiting' AND t.next_at IS NOT NULL
                AND coalesce(t.client_id, t.workspace_id) = coalesce(h.client_id, h.workspace_id)
                AND t.feed_pos < h.feed_pos)
        RETURNING feed_pos
    ) SELECT min(feed_pos) FROM released
    """
)
# What waited or was held is due at once; in order it is held again as soon as one fails.
_RETRY_ALL = text(
    """
    WITH again AS (
        UPDATE webhook_deliveries SET state = 'waiting', next_at = NULL
        WHERE webhook_id = :webhook
          AND (state = 'held' OR (state = 'waiting' AND next_at IS NOT NULL))
        RETURNING feed_pos
    ) SELECT min(feed_pos) FROM again
    """
)


@dataclass(frozen=True, slots=True)
class Result:
    """What came of a delivery that was handed out."""

    delivery: HandedOut
    attempt: Attempt

    @property
    def arrived(self) -> bool:
        """Whether the receiver has it."""
        return self.attempt.outcome is Outcome.ARRIVED


def record(
    uow: UnitOfWork, results: Sequence[Result], moment: datetime, chance: Callable[[], float]
) -> None:
    """Note what came of deliveries, and when those that failed are tried again, if ever."""
    if results:
        rows = [_row(each, moment, chance()) for each in results]
        given = {"results": orjson.dumps(rows).decode(), "moment": moment, "kept": KEPT_ATTEMPTS}
        uow.connection.execute(_RECORD, given)


def keep_order(uow: UnitOfWork, webhook: Webhook, results: Sequence[Result]) -> None:
    """Hold back what is behind a failure of its client; let go what has none before it."""
    given = {"webhook": webhook.id, "chains": list({each.delivery.chain for each in results})}
    if not all(each.arrived for each in results):
        uow.connection.execute(_HOLD, given)
    if results:
        is_fresh_from(webhook, uow.connection.scalar(_RELEASE, given))


def retry_all(uow: UnitOfWork, webhook: Webhook) -> None:
    """Whatever waits for another try is due now."""
    is_fresh_from(webhook, uow.connection.scalar(_RETRY_ALL, {"webhook": webhook.id}))


def _row(result: Result, moment: datetime, chance: float) -> dict[str, Any]:
    delivery, attempt = result.delivery, result.attempt
    row = {"id": delivery.id, "attempt": attempt.as_dict(), "tries": delivery.tries + 1}
    if result.arrived:
        return {**row, "state": DELIVERED, "next_at": None}
    if delivery.planned_at is not None:
        return {**row, "state": WAITING, "tries": delivery.tries, "next_at": delivery.planned_at}
    again = None
    if delivery.type != types.PING:
        again = retries.next_try(delivery.tries + 1, moment, chance, attempt.wait)
    return {**row, "state": WAITING if again else FAILED, "next_at": again}
