"""Workspaces take turns at the workers, and what a workspace's files take is soon counted."""

from __future__ import annotations

from alembic import op

from shared.db.leases import is_over
from shared.db.schema.online import build_index
from shared.db.schema.tables import allow

revision = "0048"
down_revision = "0047"

# Of the other workspaces with a job that nobody works on, the one whose last turn is the longest
# ago, if that is before the last one of this workspace.
_BEFORE = f"""
CREATE FUNCTION job_before_those_of(this_workspace uuid)
RETURNS TABLE (workspace_id uuid, job_id uuid, turn bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS
$$
    WITH waiting AS (
        SELECT DISTINCT ON (j.workspace_id) j.workspace_id, j.id, j.turn FROM jobs j
        WHERE j.state IN ('queued', 'running') AND j.workspace_id <> this_workspace
          AND {is_over("j.lease_until", "interval '2 minutes'")}
        ORDER BY j.workspace_id, j.turn_at
    ), served AS (
        SELECT w.workspace_id, w.id, w.turn, (
            SELECT max(o.turn_at) FROM jobs o WHERE o.workspace_id = w.workspace_id AND o.turn > 0
        ) AS at FROM waiting w
    )
    SELECT s.workspace_id, s.id, s.turn FROM served s
    WHERE coalesce(s.at, '-infinity') < (
        SELECT max(o.turn_at) FROM jobs o WHERE o.workspace_id = this_workspace AND o.turn > 0
    )
    ORDER BY s.at NULLS FIRST LIMIT 1
$$
"""
_FUNCTION = "job_before_those_of(uuid)"


def upgrade() -> None:
    """Let a worker ask whose turn it is."""
    build_index("ix_jobs_turns", "jobs (workspace_id, turn_at) WHERE turn > 0")
    build_index("ix_transfer_pieces_workspace_id", "transfer_pieces (workspace_id)")
    op.execute(_BEFORE)
    allow(_FUNCTION)


def downgrade() -> None:
    """First come, first served."""
    op.execute(f"DROP FUNCTION {_FUNCTION}")
    op.execute("DROP INDEX ix_transfer_pieces_workspace_id")
    op.execute("DROP INDEX ix_jobs_turns")
