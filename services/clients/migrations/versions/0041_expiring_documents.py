"""Where clients are to be told of documents that expire."""

from __future__ import annotations

from alembic import op

from shared.db.schema.tables import allow

revision = "0041"
down_revision = "0040"

_SIGNATURE = "workspaces_to_notify()"
_WORKSPACES = """
CREATE FUNCTION workspaces_to_notify() RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS
$$
    SELECT DISTINCT workspace_id FROM clients WHERE email_notifications AND status = 'active'
$$
"""


def upgrade() -> None:
    """Let the job ask."""
    op.execute(_WORKSPACES)
    allow(_SIGNATURE)


def downgrade() -> None:
    """Undo it."""
    op.execute(f"DROP FUNCTION {_SIGNATURE}")
