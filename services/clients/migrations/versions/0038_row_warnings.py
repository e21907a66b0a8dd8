"""What is to be known about a row that was taken: its warnings."""

from __future__ import annotations

from alembic import op

revision = "0038"
down_revision = "0037"
branch_labels = depends_on = None


def upgrade() -> None:
    """Add `job_rows.warnings`."""
    op.execute("ALTER TABLE job_rows ADD warnings jsonb NOT NULL DEFAULT '[]'")


def downgrade() -> None:
    """Drop it."""
    op.execute("ALTER TABLE job_rows DROP warnings")
