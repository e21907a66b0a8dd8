"""Papers: documents that were made of a client's invoices, for those who may view these."""

from __future__ import annotations

from alembic import op

revision = "0007"
down_revision = "0006"

# Until now a paper was told by its category alone, which no list of a workspace holds.
_MARK = "UPDATE documents SET paper = true WHERE category IN ('invoice', 'statement')"


def upgrade() -> None:
    """Tell papers from files."""
    op.execute("ALTER TABLE documents ADD COLUMN paper boolean NOT NULL DEFAULT false")
    op.execute(_MARK)


def downgrade() -> None:
    """Tell them apart no longer."""
    op.execute("ALTER TABLE documents DROP COLUMN paper")
