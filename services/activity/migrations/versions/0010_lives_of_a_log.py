"""A log has lives: the timeline is that of the present one, and the feed tells what is lost."""

from __future__ import annotations

from alembic import op

from shared.db.schema.lives import (
    follow_lives,
    forget_by,
    stop_following_lives,
    stop_forgetting,
)
from shared.db.schema.tables import role_prefix, tenant_table

revision = "0010"
down_revision = "0009"

_FORGET = """
LOCK TABLE events IN SHARE ROW EXCLUSIVE MODE;
DELETE FROM events WHERE source = of_source;
IF of_source = '/clients' THEN
    DELETE FROM client_aliases;
    DELETE FROM erased_clients WHERE client_id <> ALL (erased);
END IF;
RETURN '{}';
"""
# Where the clock of one host contradicts the position, the position decides. What has its place
# and is not there any more, nor parked, was told in a life that has ended.
_SETTLE = """
UPDATE events AS e SET not_before = known.latest
FROM (
    SELECT event_id, occurred_at, max(occurred_at) OVER (
        PARTITION BY workspace_id, client_id ORDER BY pos) AS latest
    FROM events WHERE source = of_source
) AS known
WHERE e.event_id = known.event_id AND known.latest > known.occurred_at;
INSERT INTO feed_lost (pos, workspace_id)
SELECT f.pos, f.workspace_id FROM feed AS f
WHERE f.source = of_source AND NOT f.parked
  AND NOT EXISTS (SELECT FROM events AS e WHERE e.event_id = f.event_id)
  AND NOT EXISTS (SELECT FROM dead_letters AS d WHERE d.source = of_source
                  AND d.event_id = f.event_id AND d.state IN ('parked', 'discarded'))
ON CONFLICT (pos) DO NOTHING;
"""


def upgrade() -> None:
    """Tell one life of a log from another, and forget what only an earlier one told."""
    follow_lives()
    # A place is never changed; that what it was given to is lost stands beside it.
    op.execute(
        """
        CREATE TABLE feed_lost (
            pos bigint NOT NULL,
            workspace_id uuid NOT NULL,
            lost_at timestamptz NOT NULL DEFAULT clock_timestamp(),
            CONSTRAINT pk_feed_lost PRIMARY KEY (pos)
        )
        """
    )
    tenant_table("feed_lost")
    op.execute(f"REVOKE INSERT, UPDATE, DELETE ON feed_lost FROM {role_prefix()}_app")
    pipe = f"{role_prefix()}_pipe"
    op.execute(f"CREATE POLICY pipe_all ON feed_lost TO {pipe} USING (true) WITH CHECK (true)")
    op.execute(f"GRANT SELECT ON feed_lost TO {pipe}")
    forget_by(_FORGET, _SETTLE)


def downgrade() -> None:
    """Follow one life alone."""
    op.execute("DROP TABLE feed_lost")
    stop_forgetting()
    stop_following_lives()
