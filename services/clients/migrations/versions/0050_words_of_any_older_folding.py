"""Words of any older folding are made anew, and so are the keys by which tax numbers compare."""

from __future__ import annotations

from alembic import op

from shared.db.schema.online import replace_index

revision = "0050"
down_revision = "0049"

_FOLDING = 4
_TO_REINDEX = """
CREATE OR REPLACE FUNCTION workspaces_to_reindex() RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS
$$
    SELECT DISTINCT workspace_id FROM client_search WHERE folding < %s
$$
"""


def upgrade() -> None:
    """Look for whatever is older than the folding of this release."""
    _look_for_older_than(_FOLDING)


def downgrade() -> None:
    """Look for rows without any."""
    _look_for_older_than(1)


def _look_for_older_than(folding: int) -> None:
    replace_index("ix_client_search_left", f"client_search (client_id) WHERE folding < {folding}")
    op.execute(_TO_REINDEX % folding)
