"""Workspace lists: industries, service types, compliance standards, document categories.

A workspace without a row has the default list, so none has to be given one.
"""

from __future__ import annotations

from alembic import op

from shared.db.schema.tables import tenant_table

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Create the lists under row-level security."""
    op.execute(
        """
        CREATE TABLE workspace_lists (
            workspace_id uuid NOT NULL,
            name text NOT NULL,
            version bigint NOT NULL,
            entries jsonb NOT NULL,
            CONSTRAINT pk_workspace_lists PRIMARY KEY (workspace_id, name)
        )
        """
    )
    tenant_table("workspace_lists")


def downgrade() -> None:
    """Drop them."""
    op.execute("DROP TABLE workspace_lists")
