"""When an invoice is due and when it was paid are facts about it, and a workspace is summed up."""

from __future__ import annotations

from alembic import op

from shared.db.schema.online import build_index

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Known from the next event of an invoice on; a rebuild makes all of them known."""
    op.execute(
        "ALTER TABLE invoice_facts "
        "ADD COLUMN IF NOT EXISTS due_on date, ADD COLUMN IF NOT EXISTS paid_on date"
    )
    for table in ("invoice_facts", "project_facts"):
        build_index(f"ix_{table}_workspace_id", f"{table} (workspace_id)")


def downgrade() -> None:
    """Forget them."""
    for table in ("project_facts", "invoice_facts"):
        op.execute(f"DROP INDEX ix_{table}_workspace_id")
    op.execute("ALTER TABLE invoice_facts DROP COLUMN due_on, DROP COLUMN paid_on")
