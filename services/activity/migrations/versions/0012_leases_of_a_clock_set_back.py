"""A webhook's lease ends though the database's clock was set back."""

from __future__ import annotations

from alembic import op

from shared.db.leases import is_over

revision = "0012"
down_revision = "0011"

_DUE = """
CREATE OR REPLACE FUNCTION webhooks_due(moment timestamptz)
RETURNS TABLE (workspace_id uuid, webhook_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS
$$
    SELECT w.workspace_id, w.id FROM webhooks AS w
    WHERE {is_free}
      AND (w.due_at <= moment OR (
          w.state = 'active' AND coalesce(w.rest_until, '-infinity') <= moment
          AND EXISTS (SELECT FROM feed AS f
                      WHERE f.workspace_id = w.workspace_id AND f.pos > w.read_pos)))
    ORDER BY w.due_at LIMIT 200
$$
"""


def upgrade() -> None:
    """Pass by no webhook for a lease that ends later than any is given for."""
    op.execute(_DUE.format(is_free=is_over("w.lease_until", "interval '12 seconds'")))


def downgrade() -> None:
    """Wait until the clock is there."""
    op.execute(_DUE.format(is_free="coalesce(w.lease_until, '-infinity') < clock_timestamp()"))
