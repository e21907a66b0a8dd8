"""An invoice keeps its tax rate by rate, and sums over many invoices are read off an index."""

from __future__ import annotations

from alembic import op

from shared.db.schema.online import build_index

revision = "0029"
down_revision = "0028"

# Everything that sums are made of and narrowed by.
_SUMS = """
invoices (workspace_id, currency, status)
INCLUDE (issued_on, total, amount_paid, amount_credited)
"""


def upgrade() -> None:
    """Add both; the taxes of invoices from before are those of their lines, as ever."""
    op.execute("ALTER TABLE invoices ADD COLUMN IF NOT EXISTS tax_parts jsonb")
    build_index("ix_invoices_sums", _SUMS)


def downgrade() -> None:
    """Drop them."""
    op.execute("DROP INDEX ix_invoices_sums")
    op.execute("ALTER TABLE invoices DROP COLUMN tax_parts")
