"""Deletions with their receipts, and the ids of clients that were merged."""

from __future__ import annotations

from alembic import op

from shared.db.schema.erasure import (
    add_mentions,
    create_erased_clients,
    create_erasure,
    drop_erasure,
    drop_mentions,
)
from shared.db.schema.tables import allow, tenant_table

revision = "0009"
down_revision = "0008"

_UNDO_DAYS = """
ALTER TABLE workspaces ADD COLUMN deletion_undo_days int NOT NULL DEFAULT 0
    CONSTRAINT ck_workspaces_deletion_undo_days CHECK (deletion_undo_days BETWEEN 0 AND 365)
"""

# `kept` is the client as it was, sealed, for as long as its deletion can be undone. How far a
# deletion is follows from its times and its parts; it is not written down a second time.
_DELETIONS = (
    "DROP INDEX uq_deletions_client",
    """
    ALTER TABLE deletions
        DROP COLUMN state,
        ALTER COLUMN event_id DROP NOT NULL,
        ADD COLUMN version bigint NOT NULL DEFAULT 1,
        ADD COLUMN client_code text,
        ADD COLUMN aliases uuid[] NOT NULL DEFAULT '{}',
        ADD COLUMN kept bytea,
        ADD COLUMN starts_at timestamptz,
        ADD COLUMN started_at timestamptz,
        ADD COLUMN undone_at timestamptz
    """,
    "UPDATE deletions SET starts_at = requested_at, started_at = requested_at",
    "ALTER TABLE deletions ALTER COLUMN starts_at SET NOT NULL",
    """
    CREATE UNIQUE INDEX uq_deletions_client ON deletions (workspace_id, client_id)
    WHERE undone_at IS NULL
    """,
    """
    CREATE INDEX ix_deletions_waiting ON deletions (starts_at)
    WHERE started_at IS NULL AND undone_at IS NULL
    """,
    "CREATE INDEX ix_deletions_workspace ON deletions (workspace_id, id)",
)

_PARTS = """
CREATE TABLE deletion_parts (
    deletion_id uuid NOT NULL,
    service text NOT NULL,
    workspace_id uuid NOT NULL,
    client_id uuid NOT NULL,
    done_at timestamptz,
    counts jsonb NOT NULL DEFAULT '{}',
    CONSTRAINT pk_deletion_parts PRIMARY KEY (deletion_id, service),
    CONSTRAINT fk_deletion_parts_deletion_id FOREIGN KEY (deletion_id) REFERENCES deletions
)
"""
_PARTS_INDEXES = (
    "CREATE INDEX ix_deletion_parts_client_id ON deletion_parts (client_id, service)",
    """
    CREATE INDEX ix_deletion_parts_own ON deletion_parts (workspace_id)
    WHERE done_at IS NULL AND service = 'clients'
    """,
)

_BEFORE = (
    """
    INSERT INTO erased_clients (client_id, workspace_id, erased_at)
    SELECT client_id, workspace_id, requested_at FROM deletions
    """,
    """
    INSERT INTO deletion_parts (deletion_id, service, workspace_id, client_id)
    SELECT d.id, part.service, d.workspace_id, d.client_id FROM deletions AS d
    CROSS JOIN (VALUES ('clients'), ('documents'), ('activity'), ('metrics')) AS part(service)
    """,
)

# The job asks for all workspaces at once, and learns no more than their ids.
_WITH_WORK = """
CREATE FUNCTION workspaces_with_deletions() RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS
$$
    SELECT workspace_id FROM deletions
    WHERE started_at IS NULL AND undone_at IS NULL AND starts_at <= clock_timestamp()
    UNION
    SELECT workspace_id FROM deletion_parts WHERE done_at IS NULL AND service = 'clients'
$$
"""


def upgrade() -> None:
    """Give each deletion a receipt, and remember merged and erased ids."""
    create_erased_clients()
    create_erasure()
    add_mentions()
    for statement in (_UNDO_DAYS, *_DELETIONS, _PARTS, *_PARTS_INDEXES):
        op.execute(statement)
    tenant_table("deletion_parts")
    for statement in (*_BEFORE, _WITH_WORK):
        op.execute(statement)
    allow("workspaces_with_deletions()")


def downgrade() -> None:
    """Go back to deletions without receipts; a pending one can no longer be undone."""
    op.execute("DROP FUNCTION workspaces_with_deletions()")
    op.execute("DROP TABLE deletion_parts")
    op.execute("DROP INDEX ix_deletions_workspace")
    op.execute("DROP INDEX ix_deletions_waiting")
    op.execute("DROP INDEX uq_deletions_client")
    op.execute("DELETE FROM deletions WHERE started_at IS NULL")
    for column in ("version", "client_code", "aliases", "kept", "starts_at", "started_at"):
        op.execute(f"ALTER TABLE deletions DROP COLUMN {column}")
    op.execute("ALTER TABLE deletions DROP COLUMN undone_at")
    op.execute("ALTER TABLE deletions ALTER COLUMN event_id SET NOT NULL")
    op.execute(
        "ALTER TABLE deletions ADD COLUMN state text NOT NULL DEFAULT 'started' "
        "CONSTRAINT ck_deletions_state CHECK (state IN ('started', 'done'))"
    )
    op.execute("CREATE UNIQUE INDEX uq_deletions_client ON deletions (workspace_id, client_id)")
    op.execute("ALTER TABLE workspaces DROP COLUMN deletion_undo_days")
    drop_mentions()
    drop_erasure()
    op.execute("DROP TABLE erased_clients")
