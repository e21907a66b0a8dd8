"""Projects of all clients are listed, newest first."""

from __future__ import annotations

from alembic import op

revision = "0033"
down_revision = "0032"


def upgrade() -> None:
    """What the list is read by."""
    op.execute("CREATE INDEX ix_projects_workspace_id ON projects (workspace_id, id)")


def downgrade() -> None:
    """Drop it again."""
    op.execute("DROP INDEX ix_projects_workspace_id")
