"""Papers: documents that were made of a client's invoices, for those who may view these."""

from __future__ import annotations

from alembic import op

from shared.db.schema.online import in_portions

revision = "0007"
down_revision = "0006"

# Until now a paper was told by its category alone, which no list of a workspace holds.
_MARK = """
UPDATE documents SET paper = true WHERE id = ANY (:keys) AND category IN ('invoice', 'statement')
"""


def upgrade() -> None:
    """Tell papers from files."""
    op.execute(
        "ALTER TABLE documents ADD COLUMN IF NOT EXISTS paper boolean NOT NULL DEFAULT false"
    )
    in_portions("documents", _MARK)


def downgrade() -> None:
    """Tell them apart no longer."""
    op.execute("ALTER TABLE documents DROP COLUMN paper")
