"""The words that documents are found by: of title, file name and category."""

from __future__ import annotations

from alembic import op

from shared.db.schema.tables import allow
from shared.db.schema.words import add_words, create_search_words, drop_search_words, drop_words

revision = "0004"
down_revision = "0003"

_WRITTEN = "coalesce(title, '') || ' ' || file_name || ' ' || category"

# `@@` is not leakproof, so under row-level security no index would serve it: this runs as the
# owner and confines itself to the workspace of the transaction.
_MATCHES = """
CREATE FUNCTION document_matches(typed text, most int) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS
$$
    SELECT id FROM documents
    WHERE workspace_id = app_workspace() AND words @@ search_prefixes(app_workspace(), typed)
      AND status NOT IN ('deleting', 'deleted')
    ORDER BY id DESC LIMIT most
$$
"""
_SIGNATURE = "document_matches(text, int)"


def upgrade() -> None:
    """Add the words and the look-up."""
    create_search_words()
    add_words({"documents": _WRITTEN})
    op.execute(_MATCHES)
    allow(_SIGNATURE)


def downgrade() -> None:
    """Drop them."""
    op.execute(f"DROP FUNCTION {_SIGNATURE}")
    drop_words("documents")
    drop_search_words()
