"""Drafts of clients: the six steps as they were typed, sealed."""

from __future__ import annotations

from alembic import op

from shared.db.schema.tables import allow, tenant_table

revision = "0007"
down_revision = "0006"

_DRAFTS = """
CREATE TABLE client_drafts (
    id uuid NOT NULL,
    workspace_id uuid NOT NULL,
    version bigint NOT NULL CHECK (version > 0),
    steps bytea NOT NULL,
    created_by jsonb NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    CONSTRAINT pk_client_drafts PRIMARY KEY (id)
)
"""
_INDEXES = (
    "CREATE INDEX ix_client_drafts_list ON client_drafts (workspace_id, updated_at, id)",
    "CREATE INDEX ix_client_drafts_updated_at ON client_drafts (updated_at)",
)

# The job asks for all workspaces at once, and learns no more than their ids.
_WITH_OLD_DRAFTS = """
CREATE FUNCTION workspaces_with_old_drafts(saved_before timestamptz) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS
$$
    SELECT DISTINCT workspace_id FROM client_drafts WHERE updated_at <= saved_before
$$
"""


def upgrade() -> None:
    """Create `client_drafts` under row-level security."""
    for statement in (_DRAFTS, *_INDEXES):
        op.execute(statement)
    tenant_table("client_drafts")
    op.execute(_WITH_OLD_DRAFTS)
    allow("workspaces_with_old_drafts(timestamptz)")


def downgrade() -> None:
    """Drop it."""
    op.execute("DROP FUNCTION workspaces_with_old_drafts(timestamptz)")
    op.execute("DROP TABLE client_drafts")
