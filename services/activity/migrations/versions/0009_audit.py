"""The audit reads what is of no client, and the two things that take a client's data out."""

from __future__ import annotations

from alembic import op

from shared.db.schema.online import build_index

revision = "0009"
down_revision = "0008"

# As `MOMENT` and `AUDITED` of the models.
_MOMENT = "(CASE WHEN not_before IS NULL THEN occurred_at ELSE not_before END)"
_TAKEN_OUT = "'clients.archive.requested.v1', 'documents.document.downloaded.v1'"


def upgrade() -> None:
    """Keep the audit apart: it is short beside what is told of clients."""
    build_index(
        "ix_events_audit",
        f"events (workspace_id, type, {_MOMENT}, source, pos) "
        f"WHERE client_id IS NULL OR type IN ({_TAKEN_OUT})",
    )


def downgrade() -> None:
    """Drop the index."""
    op.execute("DROP INDEX ix_events_audit")
