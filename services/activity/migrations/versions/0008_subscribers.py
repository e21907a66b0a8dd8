"""Subscribers: the Celery apps that batches of the feed are sent to, and how far each was told."""

from __future__ import annotations

from alembic import op

from shared.db.schema.tables import role_prefix, tenant_table

revision = "0008"
down_revision = "0007"

# `place`: the last event it was told. `read_pos`: up to where the feed was looked through for it,
# which is further on where events follow that it does not want. `lease_*`: which relay sends to
# it, by the database's clock. A name is a queue's, so there is one of it in all workspaces.
_SUBSCRIBERS = """
CREATE TABLE subscribers (
    id uuid NOT NULL,
    workspace_id uuid NOT NULL,
    name text NOT NULL,
    types text[] NOT NULL,
    permissions text[] NOT NULL,
    broker bytea,
    state text NOT NULL CHECK (state IN ('active', 'paused')),
    version bigint NOT NULL,
    epoch uuid NOT NULL,
    place bigint NOT NULL,
    read_pos bigint NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    sent_at timestamptz,
    failures int NOT NULL DEFAULT 0,
    last_error text,
    rest_until timestamptz,
    lease_owner text,
    lease_until timestamptz,
    CONSTRAINT pk_subscribers PRIMARY KEY (id),
    CONSTRAINT uq_subscribers_name UNIQUE (name)
) WITH (fillfactor = 50)
"""


def upgrade() -> None:
    """Create the table: operators write it, the relay reads it and moves places."""
    op.execute(_SUBSCRIBERS)
    op.execute("CREATE INDEX ix_subscribers_workspace ON subscribers (workspace_id)")
    tenant_table("subscribers")
    pipe = f"{role_prefix()}_pipe"
    op.execute(f"CREATE POLICY pipe_all ON subscribers TO {pipe} USING (true) WITH CHECK (true)")
    op.execute(f"GRANT SELECT, UPDATE ON subscribers TO {pipe}")


def downgrade() -> None:
    """Drop it."""
    op.execute("DROP TABLE subscribers")
