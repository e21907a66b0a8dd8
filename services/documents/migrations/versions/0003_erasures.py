"""Clients that were erased, and the ids of those that were merged."""

from __future__ import annotations

from alembic import op

from shared.db.schema.erasure import add_mentions, create_erasure, drop_erasure, drop_mentions
from shared.db.schema.tables import allow, tenant_table

revision = "0003"
down_revision = "0002"

# Until `reported_at` is set the erasure is under way; what was counted when it began is told
# when it is done. `cause` is the event that asked for it.
_STATE = """
ALTER TABLE erased_clients
    ADD COLUMN aliases uuid[] NOT NULL DEFAULT '{}',
    ADD COLUMN documents bigint NOT NULL DEFAULT 0,
    ADD COLUMN bytes bigint NOT NULL DEFAULT 0,
    ADD COLUMN correlation_id text NOT NULL DEFAULT gen_random_uuid(),
    ADD COLUMN causation_id text,
    ADD COLUMN reported_at timestamptz
"""
_DUE = """
CREATE INDEX ix_erased_clients_due ON erased_clients (workspace_id, erased_at)
WHERE reported_at IS NULL
"""
# A link that was handed out may still be written to after its document is gone.
_LINKS = """
CREATE TABLE open_links (
    staging_key text CONSTRAINT pk_open_links PRIMARY KEY,
    workspace_id uuid NOT NULL,
    expires_at timestamptz NOT NULL
)
"""
_WITH_ERASURES = """
CREATE FUNCTION workspaces_with_erasures() RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS
$$
    SELECT workspace_id FROM erased_clients WHERE reported_at IS NULL
    UNION SELECT workspace_id FROM open_links WHERE expires_at < clock_timestamp()
$$
"""


def upgrade() -> None:
    """Create `client_aliases`, and keep an erasure's state with the client it is of."""
    create_erasure()
    add_mentions()
    for statement in (_STATE, _DUE, _LINKS, _WITH_ERASURES):
        op.execute(statement)
    tenant_table("open_links")
    allow("workspaces_with_erasures()")


def downgrade() -> None:
    """Drop them."""
    op.execute("DROP FUNCTION workspaces_with_erasures()")
    op.execute("DROP TABLE open_links")
    op.execute("DROP INDEX ix_erased_clients_due")
    for column in ("aliases", "documents", "bytes", "correlation_id", "causation_id"):
        op.execute(f"ALTER TABLE erased_clients DROP COLUMN {column}")
    op.execute("ALTER TABLE erased_clients DROP COLUMN reported_at")
    drop_mentions()
    drop_erasure()
