"""Reading the feed on for a webhook: what it wants becomes deliveries, the rest is passed by."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Row, text

from services.activity.webhooks.models import Webhook
from services.activity.webhooks.rules.types import wanted_types
from shared.ids import uuid7
from shared.unit_of_work import UnitOfWork

#: Places of the feed that are read in one turn.
READ_ROWS = 500

_UNREAD = text(
    """
    SELECT pos, event_id, client_id, type, parked FROM feed
    WHERE workspace_id = :workspace AND pos > :read_pos ORDER BY pos LIMIT :rows
    """
)
# One that is there already was sent before the feed was read back; it is sent again.
_ADD = text(
    """
    INSERT INTO webhook_deliveries (id, workspace_id, webhook_id, event_id, feed_pos, client_id,
                                    type, state, created_at)
    SELECT f.id, :workspace, :webhook, f.event_id, f.pos, f.client_id, f.type,
           CASE WHEN :ordered AND EXISTS (
               SELECT FROM webhook_deliveries AS t
               WHERE t.webhook_id = :webhook AND t.feed_pos < f.pos
                 AND coalesce(t.client_id, t.workspace_id) = coalesce(f.client_id, :workspace)
                 AND (t.state = 'held' OR (t.state = 'waiting' AND t.next_at IS NOT NULL)))
           THEN 'held' ELSE 'waiting' END, :moment
    FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS f(
        id uuid, pos bigint, event_id uuid, client_id uuid, type text)
    ON CONFLICT (webhook_id, feed_pos) DO UPDATE
    SET state = excluded.state, tries = 0, next_at = NULL, finished_at = NULL
    WHERE webhook_deliveries.state <> 'erased'
    """
)


def read_on(uow: UnitOfWork, webhook: Webhook, moment: datetime) -> bool:
    """Read the next part of the feed; whether there may be more.

    Its place moves with the deliveries it makes, so that none is left out. A parked event has a
    place and nothing to tell.
    """
    given = {"workspace": webhook.workspace_id, "read_pos": webhook.read_pos, "rows": READ_ROWS}
    unread = uow.connection.execute(_UNREAD, given).all()
    if unread:
        webhook.read_pos = unread[-1].pos
        _add(uow, webhook, unread, moment)
    return len(unread) == READ_ROWS


def _add(uow: UnitOfWork, webhook: Webhook, unread: Sequence[Row[Any]], moment: datetime) -> None:
    wanted = wanted_types(tuple(webhook.types), frozenset(webhook.permissions))
    rows = [
        {"id": uuid7(), **row._mapping}  # noqa: SLF001  # Public in spite of its name.
        for row in unread
        if row.type in wanted and not row.parked
    ]
    if rows:
        given = {
            "workspace": webhook.workspace_id,
            "webhook": webhook.id,
            "ordered": webhook.ordered,
            "rows": orjson.dumps(rows).decode(),
            "moment": moment,
        }
        uow.connection.execute(_ADD, given)
