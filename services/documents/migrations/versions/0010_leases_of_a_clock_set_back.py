"""A check's lease ends though the database's clock was set back."""

from __future__ import annotations

from alembic import op

from shared.db.leases import is_over

revision = "0010"
down_revision = "0009"

_WITH_WORK = """
CREATE OR REPLACE FUNCTION workspaces_with_work() RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS
$$
    SELECT DISTINCT workspace_id FROM documents
    WHERE status IN ('pending', 'checking', 'deleting')
      AND (status = 'deleting'
           OR status = 'pending' AND abandoned_at < clock_timestamp()
           OR status = 'checking' AND {is_free})
$$
"""


def upgrade() -> None:
    """Pass by no check for a lease that ends later than any is given for."""
    op.execute(_WITH_WORK.format(is_free=is_over("lease_until", "interval '3 minutes'")))


def downgrade() -> None:
    """Wait until the clock is there."""
    op.execute(_WITH_WORK.format(is_free="coalesce(lease_until < clock_timestamp(), true)"))
