"""Quarterly reports: in which workspaces a client has them."""

from __future__ import annotations

from alembic import op

from shared.db.schema.online import build_index
from shared.db.schema.tables import allow

revision = "0035"
down_revision = "0034"

_WORKSPACES = """
    CREATE FUNCTION workspaces_with_reports() RETURNS SETOF uuid
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
        SELECT DISTINCT workspace_id FROM clients WHERE quarterly_reports
    $$
"""


def upgrade() -> None:
    """Let the job ask."""
    build_index("ix_clients_quarterly_reports", "clients (workspace_id) WHERE quarterly_reports")
    op.execute(_WORKSPACES)
    allow("workspaces_with_reports()")


def downgrade() -> None:
    """Undo it."""
    op.execute("DROP FUNCTION workspaces_with_reports()")
    op.execute("DROP INDEX ix_clients_quarterly_reports")
