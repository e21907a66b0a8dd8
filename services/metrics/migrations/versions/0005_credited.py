"""What credit notes took off an invoice is a fact about it."""

from __future__ import annotations

from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Nothing was credited before there were credit notes."""
    op.execute("ALTER TABLE invoice_facts ADD COLUMN amount_credited numeric NOT NULL DEFAULT 0")


def downgrade() -> None:
    """Forget it."""
    op.execute("ALTER TABLE invoice_facts DROP COLUMN amount_credited")
