"""Webhooks that are removed stay until the last of their deliveries is deleted; how far behind
each of the others is."""

from __future__ import annotations

from alembic import op

from shared.db.schema.tables import allow

revision = "0006"
down_revision = "0005"

_STATES = """
    ALTER TABLE webhooks DROP CONSTRAINT webhooks_state_check,
        ADD CONSTRAINT webhooks_state_check CHECK (state IN ({states}))
"""
_BEFORE = "'active', 'paused', 'disabled'"
# What a dispatcher asks about all workspaces: it learns ids and nothing else.
_REMOVED = """
CREATE FUNCTION removed_webhooks() RETURNS TABLE (workspace_id uuid, webhook_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS
$$ SELECT w.workspace_id, w.id FROM webhooks AS w WHERE w.state = 'removed' $$
"""
# What an operator asks about all workspaces; places are counted up to 10,000. Each part is read
# along an index, and stops there.
_BACKLOGS = """
CREATE FUNCTION webhook_backlogs() RETURNS TABLE (
    workspace_id uuid, webhook_id uuid, state text, unread bigint, waiting bigint, held bigint,
    oldest_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS
$$
    SELECT w.workspace_id, w.id, w.state,
        (SELECT count(*) FROM (SELECT FROM feed AS f WHERE f.workspace_id = w.workspace_id
                               AND f.pos > w.read_pos LIMIT 10000) AS places),
        (SELECT count(*) FROM webhook_deliveries AS d
         WHERE d.webhook_id = w.id AND d.state = 'waiting'),
        (SELECT count(*) FROM webhook_deliveries AS d
         WHERE d.webhook_id = w.id AND d.state = 'held'),
        least(
            (SELECT f.fed_at FROM feed AS f
             WHERE f.workspace_id = w.workspace_id AND f.pos > w.read_pos ORDER BY f.pos LIMIT 1),
            (SELECT min(d.created_at) FROM webhook_deliveries AS d
             WHERE d.webhook_id = w.id AND d.state = 'waiting'),
            (SELECT min(d.created_at) FROM webhook_deliveries AS d
             WHERE d.webhook_id = w.id AND d.state = 'held'))
    FROM webhooks AS w WHERE w.state <> 'removed' ORDER BY w.workspace_id, w.id
$$
"""
_FUNCTIONS = {"removed_webhooks()": _REMOVED, "webhook_backlogs()": _BACKLOGS}


def upgrade() -> None:
    """Allow the state, and let dispatchers and operators find what they look for."""
    op.execute(_STATES.format(states=f"{_BEFORE}, 'removed'"))
    for signature, statement in _FUNCTIONS.items():
        op.execute(statement)
        allow(signature)


def downgrade() -> None:
    """Delete what was removed, and forbid the state."""
    for signature in _FUNCTIONS:
        op.execute(f"DROP FUNCTION {signature}")
    op.execute("DELETE FROM webhooks WHERE state = 'removed'")
    op.execute(_STATES.format(states=_BEFORE))
