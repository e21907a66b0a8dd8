"""Jobs that know nothing of what they carry out: codes leave their rows, and each part of the
service deletes what is old of its own."""

from __future__ import annotations

from alembic import op

from shared.db.schema.tables import allow

revision = "0017"
down_revision = "0016"

# Which codes a file has had is noted in `job_keys`, where no code can be read.
_NO_CODES = "ALTER TABLE job_rows DROP COLUMN code"
_CODES = (
    'ALTER TABLE job_rows ADD COLUMN code text COLLATE "C"',
    "CREATE INDEX ix_job_rows_code ON job_rows (job_id, code) WHERE code IS NOT NULL",
)

# A file whose reading was cancelled or given up used to stay as if it were being read.
_LEFT_READING = """
UPDATE imports i SET state = 'failed',
    problem = '{"code": "cancelled", "message": "Reading it was given up. Send the file again."}'
WHERE state = 'reading' AND NOT EXISTS (
    SELECT FROM jobs j WHERE j.import_id = i.id AND j.state IN ('queued', 'running'))
"""

_OLD_JOBS = """
CREATE FUNCTION workspaces_with_old_jobs(before timestamptz) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS
$$
    SELECT DISTINCT workspace_id FROM jobs WHERE finished_at < before
$$
"""
_OLD_TRANSFERS = """
CREATE OR REPLACE FUNCTION workspaces_with_old_transfers(
    pieces timestamptz, jobs_before timestamptz)
RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS
$$
    SELECT workspace_id FROM transfer_pieces WHERE created_at < pieces
    {jobs} UNION SELECT workspace_id FROM imports WHERE created_at < jobs_before
$$
"""
_JOBS_TOO = "UNION SELECT workspace_id FROM jobs WHERE finished_at < jobs_before"


def upgrade() -> None:
    """Drop the codes, and look for old jobs by a function of their own."""
    op.execute(_NO_CODES)
    op.execute(_LEFT_READING)
    op.execute(_OLD_JOBS)
    allow("workspaces_with_old_jobs(timestamptz)")
    op.execute(_OLD_TRANSFERS.format(jobs=""))


def downgrade() -> None:
    """Give rows a place for codes again, and let transfer look for old jobs."""
    op.execute(_OLD_TRANSFERS.format(jobs=_JOBS_TOO))
    op.execute("DROP FUNCTION workspaces_with_old_jobs(timestamptz)")
    for statement in _CODES:
        op.execute(statement)
