"""Who has reports is no longer looked for among all clients."""

from __future__ import annotations

from alembic import op

revision = "0047"
down_revision = "0046"


def upgrade() -> None:
    """Drop the index; by itself, so that its lock is waited for and held with no other."""
    op.execute("DROP INDEX ix_clients_quarterly_reports")


def downgrade() -> None:
    """Create it."""
    op.execute(
        "CREATE INDEX ix_clients_quarterly_reports ON clients (workspace_id) "
        "WHERE quarterly_reports"
    )
