"""Webhooks, what is to be delivered to each, and the answers to what they are asked."""

from __future__ import annotations

from alembic import op

from shared.db.schema.erasure import add_mentions
from shared.db.schema.tables import (
    allow,
    create_idempotency_table,
    drop_idempotency_table,
    tenant_table,
)

revision = "0005"
down_revision = "0004"

# `read_pos`: up to where the feed was read for it. `lease_*`: which dispatcher works for it,
# by the database's clock. `due_at`: when a delivery of it is next to be looked at.
_WEBHOOKS = """
CREATE TABLE webhooks (
    id uuid NOT NULL,
    workspace_id uuid NOT NULL,
    url text NOT NULL,
    description text,
    types text[] NOT NULL,
    ordered boolean NOT NULL,
    permissions text[] NOT NULL,
    secret bytea NOT NULL,
    previous_secret bytea,
    previous_until timestamptz,
    state text NOT NULL CHECK (state IN ('active', 'paused', 'disabled')),
    disabled_because text CHECK (disabled_because IN ('gone', 'failing')),
    version bigint NOT NULL,
    created_by jsonb NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    read_pos bigint NOT NULL,
    failures int NOT NULL DEFAULT 0,
    failing_since timestamptz,
    rest_until timestamptz,
    due_at timestamptz,
    lease_owner text,
    lease_until timestamptz,
    CONSTRAINT pk_webhooks PRIMARY KEY (id)
) WITH (fillfactor = 50)
"""
# An event is delivered to a webhook by one row, however often. `held` is what waits behind an
# earlier one of the same client that has failed. `next_at` stands where a try has failed; the
# others go as soon as they can. A ping has no place in the feed.
_DELIVERIES = """
CREATE TABLE webhook_deliveries (
    id uuid NOT NULL,
    workspace_id uuid NOT NULL,
    webhook_id uuid NOT NULL,
    event_id uuid NOT NULL,
    feed_pos bigint,
    client_id uuid,
    type text NOT NULL,
    state text NOT NULL
        CHECK (state IN ('waiting', 'held', 'delivered', 'failed', 'erased')),
    tries int NOT NULL DEFAULT 0,
    next_at timestamptz,
    attempts jsonb NOT NULL DEFAULT '[]',
    created_at timestamptz NOT NULL,
    finished_at timestamptz,
    CONSTRAINT pk_webhook_deliveries PRIMARY KEY (id),
    CONSTRAINT uq_webhook_deliveries_feed_pos UNIQUE (webhook_id, feed_pos),
    CONSTRAINT fk_webhook_deliveries_webhook_id FOREIGN KEY (webhook_id)
        REFERENCES webhooks ON DELETE CASCADE
)
"""
_INDEXES = (
    "CREATE INDEX ix_webhooks_list ON webhooks (workspace_id, id)",
    "CREATE INDEX ix_webhook_deliveries_list ON webhook_deliveries (webhook_id, id)",
    """
    CREATE INDEX ix_webhook_deliveries_waiting ON webhook_deliveries
        (webhook_id, feed_pos NULLS FIRST) WHERE state = 'waiting'
    """,
    # What holds up others of its client, or is held up: few rows, unless the receiver is down.
    """
    CREATE INDEX ix_webhook_deliveries_troubled ON webhook_deliveries
        (webhook_id, coalesce(client_id, workspace_id), feed_pos)
        WHERE state = 'held' OR (state = 'waiting' AND next_at IS NOT NULL)
    """,
    """
    CREATE INDEX ix_webhook_deliveries_next_at ON webhook_deliveries (webhook_id, next_at)
        WHERE state = 'waiting' AND next_at IS NOT NULL
    """,
    "CREATE INDEX ix_webhook_deliveries_client ON webhook_deliveries (workspace_id, client_id)",
    "CREATE INDEX ix_webhook_deliveries_finished_at ON webhook_deliveries (finished_at)",
)
# What a dispatcher asks about all workspaces: it learns ids and nothing else.
_DUE = """
CREATE FUNCTION webhooks_due(moment timestamptz)
RETURNS TABLE (workspace_id uuid, webhook_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS
$$
    SELECT w.workspace_id, w.id FROM webhooks AS w
    WHERE coalesce(w.lease_until, '-infinity') < clock_timestamp()
      AND (w.due_at <= moment OR (
          w.state = 'active' AND coalesce(w.rest_until, '-infinity') <= moment
          AND EXISTS (SELECT FROM feed AS f
                      WHERE f.workspace_id = w.workspace_id AND f.pos > w.read_pos)))
    ORDER BY w.due_at LIMIT 200
$$
"""
_WITH_OLD = """
CREATE FUNCTION workspaces_with_old_deliveries(before timestamptz) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS
$$ SELECT DISTINCT workspace_id FROM webhook_deliveries WHERE finished_at < before $$
"""
_FUNCTIONS = ("webhooks_due(timestamptz)", "workspaces_with_old_deliveries(timestamptz)")


def upgrade() -> None:
    """Create the tables under row-level security, and the two functions."""
    for statement in (_WEBHOOKS, _DELIVERIES, *_INDEXES):
        op.execute(statement)
    tenant_table("webhooks")
    tenant_table("webhook_deliveries")
    for statement in (_DUE, _WITH_OLD):
        op.execute(statement)
    for function in _FUNCTIONS:
        allow(function)
    create_idempotency_table()
    add_mentions()


def downgrade() -> None:
    """Drop them."""
    drop_idempotency_table()
    for function in _FUNCTIONS:
        op.execute(f"DROP FUNCTION {function}")
    op.execute("DROP TABLE webhook_deliveries")
    op.execute("DROP TABLE webhooks")
