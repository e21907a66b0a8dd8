"""A job's turn ends though the database's clock was set back."""

from __future__ import annotations

from alembic import op

from shared.db.leases import is_over

revision = "0043"
down_revision = "0042"

_TO_WAKE = """
CREATE OR REPLACE FUNCTION jobs_to_wake()
RETURNS TABLE (workspace_id uuid, job_id uuid, turn bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS
$$
    SELECT j.workspace_id, j.id, j.turn FROM jobs j
    WHERE j.state IN ('queued', 'running') AND {is_free} AND (j.turn = 0 OR {has_waited})
    ORDER BY j.turn_at LIMIT 100
$$
"""


def upgrade() -> None:
    """Pass by no job for a turn that ends later than any is given for."""
    waits = "j.turn_at BETWEEN clock_timestamp() - interval '5 seconds' AND clock_timestamp()"
    is_free = is_over("j.lease_until", "interval '2 minutes'")
    op.execute(_TO_WAKE.format(is_free=is_free, has_waited=f"NOT {waits}"))


def downgrade() -> None:
    """Wait until the clock is there."""
    op.execute(
        _TO_WAKE.format(
            is_free="coalesce(j.lease_until, '-infinity') < clock_timestamp()",
            has_waited="j.turn_at < clock_timestamp() - interval '5 seconds'",
        )
    )
