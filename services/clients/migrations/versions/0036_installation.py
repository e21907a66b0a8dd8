"""What waits in all workspaces together, in numbers."""

from __future__ import annotations

from alembic import op

from shared.db.schema.tables import allow

revision = "0036"
down_revision = "0035"

_SIGNATURE = "installation_backlogs()"
_BACKLOGS = """
CREATE FUNCTION installation_backlogs() RETURNS TABLE (
    kind text, state text, count bigint, oldest_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS
$$
    SELECT 'job', j.state, count(*), min(j.created_at) FROM jobs AS j
    WHERE j.state IN ('queued', 'running') GROUP BY j.state
    UNION ALL
    SELECT 'mail', m.state, count(*), min(m.created_at) FROM mails AS m
    WHERE m.state = 'queued' OR (m.state IN ('refused', 'given_up', 'bounced')
          AND m.finished_at > clock_timestamp() - interval '7 days')
    GROUP BY m.state
$$
"""


def upgrade() -> None:
    """Let the façade count for whoever runs the installation."""
    op.execute(_BACKLOGS)
    allow(_SIGNATURE)


def downgrade() -> None:
    """Count no more."""
    op.execute(f"DROP FUNCTION {_SIGNATURE}")
