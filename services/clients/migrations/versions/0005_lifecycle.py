"""Deletions that were carried out."""

from __future__ import annotations

from alembic import op

from shared.db.schema.tables import tenant_table

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Create `deletions` under row-level security."""
    op.execute(
        """
        CREATE TABLE deletions (
            id uuid CONSTRAINT pk_deletions PRIMARY KEY,
            workspace_id uuid NOT NULL,
            client_id uuid NOT NULL,
            event_id uuid NOT NULL,
            state text NOT NULL DEFAULT 'started' CONSTRAINT ck_deletions_state
                CHECK (state IN ('started', 'done')),
            actor jsonb NOT NULL,
            goes jsonb NOT NULL,
            stays jsonb NOT NULL,
            requested_at timestamptz NOT NULL
        )
        """
    )
    op.execute("CREATE UNIQUE INDEX uq_deletions_client ON deletions (workspace_id, client_id)")
    tenant_table("deletions")


def downgrade() -> None:
    """Drop it."""
    op.execute("DROP TABLE deletions")
