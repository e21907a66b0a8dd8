"""When an invoice is due and when it was paid are facts about it, and a workspace is summed up."""

from __future__ import annotations

from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Known from the next event of an invoice on; a rebuild makes all of them known."""
    op.execute("ALTER TABLE invoice_facts ADD COLUMN due_on date, ADD COLUMN paid_on date")
    op.execute("CREATE INDEX ix_invoice_facts_workspace_id ON invoice_facts (workspace_id)")
    op.execute("CREATE INDEX ix_project_facts_workspace_id ON project_facts (workspace_id)")


def downgrade() -> None:
    """Forget them."""
    for table in ("project_facts", "invoice_facts"):
        op.execute(f"DROP INDEX ix_{table}_workspace_id")
    op.execute("ALTER TABLE invoice_facts DROP COLUMN due_on, DROP COLUMN paid_on")
