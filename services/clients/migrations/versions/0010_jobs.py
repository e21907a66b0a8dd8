"""Jobs with what came of each row, the files they read and write, and what an undo needs."""

from __future__ import annotations

from alembic import op

from shared.db.schema.tables import allow, tenant_table

revision = "0010"
down_revision = "0009"

# `turn` counts the steps: a message names the turn that it wakes, and a step holds its own.
# Whoever comes with another number has been overtaken.
_JOBS = """
CREATE TABLE jobs (
    id uuid NOT NULL,
    workspace_id uuid NOT NULL,
    kind text NOT NULL,
    state text NOT NULL CHECK (state IN ('queued', 'running', 'done', 'failed', 'cancelled')),
    params jsonb NOT NULL,
    saved jsonb NOT NULL,
    total bigint,
    done bigint NOT NULL DEFAULT 0,
    created bigint NOT NULL DEFAULT 0,
    updated bigint NOT NULL DEFAULT 0,
    skipped bigint NOT NULL DEFAULT 0,
    failed bigint NOT NULL DEFAULT 0,
    result jsonb NOT NULL,
    problem jsonb,
    origin jsonb NOT NULL,
    permissions text[] NOT NULL,
    import_id uuid,
    turn bigint NOT NULL DEFAULT 0,
    turn_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    lease_until timestamptz,
    attempts int NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL,
    started_at timestamptz,
    finished_at timestamptz,
    CONSTRAINT pk_jobs PRIMARY KEY (id)
)
"""
_JOB_INDEXES = (
    "CREATE INDEX ix_jobs_list ON jobs (workspace_id, id)",
    "CREATE INDEX ix_jobs_import_id ON jobs (import_id)",
    "CREATE INDEX ix_jobs_open ON jobs (turn_at) WHERE state IN ('queued', 'running')",
    "CREATE INDEX ix_jobs_finished_at ON jobs (finished_at)",
)

# What came of each row. The code is kept to notice that a file has it twice.
_ROWS = """
CREATE TABLE job_rows (
    job_id uuid NOT NULL,
    row bigint NOT NULL,
    workspace_id uuid NOT NULL,
    state text NOT NULL,
    client_id uuid,
    version bigint,
    code text COLLATE "C",
    errors jsonb NOT NULL,
    CONSTRAINT pk_job_rows PRIMARY KEY (job_id, row),
    CONSTRAINT fk_job_rows_job_id FOREIGN KEY (job_id) REFERENCES jobs ON DELETE CASCADE
)
"""
_ROW_INDEXES = (
    "CREATE INDEX ix_job_rows_state ON job_rows (job_id, state, row)",
    "CREATE INDEX ix_job_rows_code ON job_rows (job_id, code) WHERE code IS NOT NULL",
)

# How a client was before a row changed it, sealed; it goes with its client.
_BEFORE = """
CREATE TABLE job_rows_before (
    job_id uuid NOT NULL,
    row bigint NOT NULL,
    workspace_id uuid NOT NULL,
    client_id uuid NOT NULL,
    sealed bytea NOT NULL,
    CONSTRAINT pk_job_rows_before PRIMARY KEY (job_id, row),
    CONSTRAINT fk_job_rows_before_job_id FOREIGN KEY (job_id) REFERENCES jobs ON DELETE CASCADE,
    CONSTRAINT fk_job_rows_before_client_id FOREIGN KEY (client_id)
        REFERENCES clients ON DELETE CASCADE
)
"""
_BEFORE_INDEX = "CREATE INDEX ix_job_rows_before_client_id ON job_rows_before (client_id)"

_IMPORTS = """
CREATE TABLE imports (
    id uuid NOT NULL,
    workspace_id uuid NOT NULL,
    file_name text NOT NULL,
    format text NOT NULL CHECK (format IN ('csv', 'xlsx')),
    size bigint NOT NULL,
    state text NOT NULL CHECK (state IN ('reading', 'ready', 'failed')),
    columns jsonb NOT NULL,
    sample jsonb NOT NULL,
    details jsonb NOT NULL,
    rows bigint,
    problem jsonb,
    created_by jsonb NOT NULL,
    created_at timestamptz NOT NULL,
    CONSTRAINT pk_imports PRIMARY KEY (id)
)
"""
_IMPORT_INDEXES = (
    "CREATE INDEX ix_imports_list ON imports (workspace_id, id)",
    "CREATE INDEX ix_imports_created_at ON imports (created_at)",
)

# Files and their rows in pieces, sealed. They are kept here and not in the object store: an
# import and an export need nothing but this database, and a piece is saved with the progress.
_PIECES = """
CREATE TABLE transfer_pieces (
    owner_id uuid NOT NULL,
    part text NOT NULL CHECK (part IN ('file', 'rows')),
    number bigint NOT NULL,
    workspace_id uuid NOT NULL,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    sealed bytea NOT NULL,
    CONSTRAINT pk_transfer_pieces PRIMARY KEY (owner_id, part, number)
)
"""
_PIECE_INDEX = "CREATE INDEX ix_transfer_pieces_created_at ON transfer_pieces (created_at)"

# What a job process asks about all workspaces: it learns ids and nothing else.
_TO_WAKE = """
CREATE FUNCTION jobs_to_wake() RETURNS TABLE (workspace_id uuid, job_id uuid, turn bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS
$$
    SELECT j.workspace_id, j.id, j.turn FROM jobs j
    WHERE j.state IN ('queued', 'running')
      AND coalesce(j.lease_until, '-infinity') < clock_timestamp()
      AND (j.turn = 0 OR j.turn_at < clock_timestamp() - interval '5 seconds')
    ORDER BY j.turn_at LIMIT 100
$$
"""
_WITH_OLD = """
CREATE FUNCTION workspaces_with_old_transfers(pieces timestamptz, jobs_before timestamptz)
RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS
$$
    SELECT workspace_id FROM transfer_pieces WHERE created_at < pieces
    UNION SELECT workspace_id FROM jobs WHERE finished_at < jobs_before
    UNION SELECT workspace_id FROM imports WHERE created_at < jobs_before
$$
"""

_TABLES = ("jobs", "job_rows", "job_rows_before", "imports", "transfer_pieces")
_FUNCTIONS = ("jobs_to_wake()", "workspaces_with_old_transfers(timestamptz, timestamptz)")


def upgrade() -> None:
    """Create the tables under row-level security, and the two functions."""
    for statement in (_JOBS, *_JOB_INDEXES, _ROWS, *_ROW_INDEXES, _BEFORE, _BEFORE_INDEX):
        op.execute(statement)
    for statement in (_IMPORTS, *_IMPORT_INDEXES, _PIECES, _PIECE_INDEX):
        op.execute(statement)
    for table in _TABLES:
        tenant_table(table)
    for statement in (_TO_WAKE, _WITH_OLD):
        op.execute(statement)
    for function in _FUNCTIONS:
        allow(function)


def downgrade() -> None:
    """Drop them."""
    for function in _FUNCTIONS:
        op.execute(f"DROP FUNCTION {function}")
    for table in ("transfer_pieces", "imports", "job_rows_before", "job_rows", "jobs"):
        op.execute(f"DROP TABLE {table}")
