"""Tags, custom fields, owners, saved views and the keys duplicates are found by."""

from __future__ import annotations

from alembic import op

from shared.db.schema.online import build_index
from shared.db.schema.tables import tenant_table

revision = "0008"
down_revision = "0007"

# The owner is kept with the name it had when it was set: events and answers tell both, and no
# read has to look it up.
_COLUMNS = """
ALTER TABLE clients
    ADD COLUMN IF NOT EXISTS tags text[] NOT NULL DEFAULT '{}',
    ADD COLUMN IF NOT EXISTS custom_fields jsonb NOT NULL DEFAULT '{}',
    ADD COLUMN IF NOT EXISTS owner jsonb,
    ADD COLUMN IF NOT EXISTS owner_id uuid GENERATED ALWAYS AS (CAST(owner ->> 'id' AS uuid)) STORED
"""

_CUSTOM_FIELDS = """
CREATE TABLE custom_fields (
    id uuid NOT NULL,
    workspace_id uuid NOT NULL,
    version bigint NOT NULL,
    key text COLLATE "C" NOT NULL,
    label text NOT NULL,
    type text NOT NULL,
    required boolean NOT NULL,
    choices text[] NOT NULL,
    retired boolean NOT NULL,
    CONSTRAINT pk_custom_fields PRIMARY KEY (id),
    CONSTRAINT uq_custom_fields_workspace_id_key UNIQUE (workspace_id, key)
)
"""


def upgrade() -> None:
    """Create the columns and the tables under row-level security."""
    op.execute(_COLUMNS)
    build_index("ix_clients_owner", "clients (workspace_id, owner_id, sort_name, id)")
    op.execute(_CUSTOM_FIELDS)
    tenant_table("custom_fields")


def downgrade() -> None:
    """Drop them."""
    op.execute("DROP TABLE custom_fields")
    op.execute(
        "ALTER TABLE clients DROP COLUMN owner_id, DROP COLUMN owner, "
        "DROP COLUMN custom_fields, DROP COLUMN tags"
    )
