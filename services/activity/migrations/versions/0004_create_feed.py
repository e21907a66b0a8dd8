"""The feed: the place of every event, sealed; and the order of a timeline by position."""

from __future__ import annotations

from alembic import op

from shared.db.schema.online import build_index, replace_index
from shared.db.schema.tables import role_prefix, tenant_table

revision = "0004"
down_revision = "0003"

_TABLES = (
    # Where the feed ends, where what is offered of it begins, and which life of it this is.
    """
    CREATE TABLE feed_state (
        k int PRIMARY KEY CHECK (k = 1),
        last_pos bigint NOT NULL,
        earliest_pos bigint NOT NULL,
        epoch uuid NOT NULL
    )
    """,
    "INSERT INTO feed_state (k, last_pos, earliest_pos, epoch) VALUES (1, 0, 1, gen_random_uuid())",
    # Up to which position of a source every event has its place in the feed.
    """
    CREATE TABLE feed_sources (
        source text PRIMARY KEY,
        epoch uuid NOT NULL,
        placed_pos bigint NOT NULL DEFAULT 0
    )
    """,
    # `size` is what an event takes as JSON, so that a page is cut before its events are read.
    # Rows are added and never changed, so that placing an event leaves no dead version of
    # what it says, and they outlive a rebuild of `events`.
    """
    CREATE TABLE feed (
        pos bigint NOT NULL,
        workspace_id uuid NOT NULL,
        source text NOT NULL,
        source_pos bigint NOT NULL,
        event_id uuid,
        client_id uuid,
        type text NOT NULL,
        parked boolean NOT NULL,
        size int NOT NULL,
        payload_hash bytea NOT NULL,
        seal bytea NOT NULL,
        fed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        CONSTRAINT pk_feed PRIMARY KEY (pos)
    )
    """,
    "CREATE UNIQUE INDEX uq_feed_event_id ON feed (event_id) WHERE NOT parked",
    "CREATE INDEX ix_feed_parked ON feed (source, source_pos) WHERE parked",
    "CREATE INDEX ix_feed_workspace ON feed (workspace_id, pos)",
    "CREATE INDEX ix_feed_client ON feed (workspace_id, client_id, pos)",
    # The end of each chain of seals. `chain_id` is the client, or the workspace for what is of
    # no client. `latest` is the latest time so far, as clocks may contradict positions.
    """
    CREATE TABLE feed_chains (
        workspace_id uuid NOT NULL,
        source text NOT NULL,
        chain_id uuid NOT NULL,
        entries bigint NOT NULL,
        seal bytea NOT NULL,
        latest timestamptz,
        CONSTRAINT pk_feed_chains PRIMARY KEY (workspace_id, source, chain_id)
    )
    """,
)
_TENANT_TABLES = ("feed", "feed_chains")
# The order of a timeline: by time, but never against the positions of a source. Row-level
# security takes `coalesce` for leaky and would keep it from the index; it knows `CASE` better.
_MOMENT = "(CASE WHEN not_before IS NULL THEN occurred_at ELSE not_before END)"


def upgrade() -> None:
    """Create the feed's tables and the indexes that placing and reading walk."""
    op.execute("ALTER TABLE events ADD COLUMN IF NOT EXISTS not_before timestamptz")
    replace_index("ix_events_timeline", f"events (workspace_id, client_id, {_MOMENT}, source, pos)")
    # What a reader asks for by kind, or may see, is read type by type.
    build_index("ix_events_type", f"events (workspace_id, client_id, type, {_MOMENT}, source, pos)")
    build_index("ix_events_source", "events (source, pos)")
    for statement in _TABLES:
        op.execute(statement)
    _let_requests_read()
    _let_the_pipe_place()


def _let_requests_read() -> None:
    app = f"{role_prefix()}_app"
    for table in _TENANT_TABLES:
        tenant_table(table)
        op.execute(f"REVOKE INSERT, UPDATE, DELETE ON {table} FROM {app}")
    op.execute(f"GRANT SELECT ON feed_state, relay_state TO {app}")


def _let_the_pipe_place() -> None:
    pipe = f"{role_prefix()}_pipe"
    for table in _TENANT_TABLES:
        op.execute(f"CREATE POLICY pipe_all ON {table} TO {pipe} USING (true) WITH CHECK (true)")
    op.execute(f"GRANT SELECT, INSERT, UPDATE ON feed_chains, feed_state, feed_sources TO {pipe}")
    op.execute(f"GRANT SELECT, INSERT ON feed TO {pipe}")
    op.execute(f"CREATE POLICY pipe_all ON events TO {pipe} USING (true) WITH CHECK (true)")
    op.execute(f"GRANT SELECT, UPDATE (not_before) ON events TO {pipe}")


def downgrade() -> None:
    """Drop them, and order by time alone again."""
    pipe, app = f"{role_prefix()}_pipe", f"{role_prefix()}_app"
    op.execute(f"REVOKE SELECT, UPDATE (not_before) ON events FROM {pipe}")
    op.execute("DROP POLICY pipe_all ON events")
    op.execute(f"REVOKE SELECT ON relay_state FROM {app}")
    for table in ("feed_chains", "feed", "feed_sources", "feed_state"):
        op.execute(f"DROP TABLE {table}")
    op.execute("DROP INDEX ix_events_source, ix_events_type, ix_events_timeline")
    op.execute("ALTER TABLE events DROP COLUMN not_before")
    op.execute(
        "CREATE INDEX ix_events_timeline "
        "ON events (workspace_id, client_id, occurred_at, source, pos)"
    )
