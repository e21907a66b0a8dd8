"""Projects of all clients are listed, newest first."""

from __future__ import annotations

from alembic import op

from shared.db.schema.online import build_index

revision = "0033"
down_revision = "0032"


def upgrade() -> None:
    """What the list is read by."""
    build_index("ix_projects_workspace_id", "projects (workspace_id, id)")


def downgrade() -> None:
    """Drop it again."""
    op.execute("DROP INDEX ix_projects_workspace_id")
