"""Rows of jobs tell which time entry they made, so that an import of time can be taken back."""

from __future__ import annotations

from alembic import op

revision = "0028"
down_revision = "0027"


def upgrade() -> None:
    """Let a row name its entry."""
    op.execute("ALTER TABLE job_rows ADD COLUMN entry_id uuid")


def downgrade() -> None:
    """Rows name clients alone."""
    op.execute("ALTER TABLE job_rows DROP COLUMN entry_id")
