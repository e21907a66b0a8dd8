"""What housekeeping has to do: words of an older folding, and access that has expired."""

from __future__ import annotations

from alembic import op

from shared.db.schema.online import build_index
from shared.db.schema.tables import allow

revision = "0013"
down_revision = "0012"

# Rows from before have none. The index holds what is left to do and empties itself; where the
# folding changes again, it and the function are made anew with the next number, as in 0050.
_FOLDING = "ALTER TABLE client_search ADD COLUMN IF NOT EXISTS folding smallint NOT NULL DEFAULT 0"

# Jobs ask for all workspaces at once: they learn ids, or how many rows have gone.
_TO_REINDEX = """
CREATE FUNCTION workspaces_to_reindex() RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS
$$
    SELECT DISTINCT workspace_id FROM client_search WHERE folding < 1
$$
"""
_PURGE_ACCESS = """
CREATE FUNCTION purge_expired_tokens(most int) RETURNS bigint
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS
$$
    WITH gone AS (
        DELETE FROM access_tokens WHERE ctid = ANY (ARRAY(
            SELECT ctid FROM access_tokens WHERE expires_at < clock_timestamp() LIMIT most))
        RETURNING 1
    )
    SELECT count(*) FROM gone
$$
"""
_FUNCTIONS = ("workspaces_to_reindex()", "purge_expired_tokens(int)")


def upgrade() -> None:
    """Add the number of the folding, and the two functions."""
    op.execute(_FOLDING)
    build_index("ix_client_search_left", "client_search (client_id) WHERE folding < 1")
    for statement in (_TO_REINDEX, _PURGE_ACCESS):
        op.execute(statement)
    for function in _FUNCTIONS:
        allow(function)


def downgrade() -> None:
    """Drop them."""
    for function in _FUNCTIONS:
        op.execute(f"DROP FUNCTION {function}")
    op.execute("ALTER TABLE client_search DROP COLUMN folding")
