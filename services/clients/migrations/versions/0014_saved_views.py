"""Lists that people keep under a name, and the words that projects and invoices are found by."""

from __future__ import annotations

from alembic import op

from shared.db.schema.tables import allow, tenant_table
from shared.db.schema.words import add_words, create_search_words, drop_search_words, drop_words

revision = "0014"
down_revision = "0013"

_VIEWS = """
CREATE TABLE saved_views (
    id uuid NOT NULL,
    workspace_id uuid NOT NULL,
    version bigint NOT NULL,
    name text NOT NULL,
    name_key text COLLATE "C" NOT NULL,
    query jsonb NOT NULL,
    shared boolean NOT NULL,
    maker text NOT NULL,
    created_by jsonb NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    CONSTRAINT pk_saved_views PRIMARY KEY (id),
    CONSTRAINT uq_saved_views_maker UNIQUE (workspace_id, maker, name_key)
)
"""
_SHARED = """
CREATE UNIQUE INDEX uq_saved_views_shared ON saved_views (workspace_id, name_key) WHERE shared
"""

_WRITTEN = {"projects": "name || ' ' || coalesce(code, '')", "invoices": "coalesce(number, '')"}

# `@@` is not leakproof: as `client_matches`, these run as the owner and confine themselves.
_PROJECTS = """
CREATE FUNCTION project_matches(typed text, most int) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS
$$
    SELECT id FROM projects
    WHERE workspace_id = app_workspace() AND words @@ search_prefixes(app_workspace(), typed)
    ORDER BY coalesce(lower(code) = lower(typed), false) DESC, updated_at DESC, id LIMIT most
$$
"""
# Two branches, each by its own index. The newest are those with the greatest ids.
_INVOICES = """
CREATE FUNCTION invoice_matches(typed text, clients uuid[], most int) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS
$$
    SELECT id FROM (
        SELECT id, number FROM invoices
        WHERE workspace_id = app_workspace() AND words @@ search_prefixes(app_workspace(), typed)
        UNION
        SELECT id, number FROM invoices
        WHERE workspace_id = app_workspace() AND client_id = ANY (clients)
    ) AS found
    ORDER BY coalesce(lower(number) = lower(typed), false) DESC, id DESC LIMIT most
$$
"""
_FUNCTIONS = ("project_matches(text, int)", "invoice_matches(text, uuid[], int)")


def upgrade() -> None:
    """Create the views under row-level security, the words, and the two look-ups."""
    create_search_words()
    add_words(_WRITTEN)
    op.execute(_VIEWS)
    op.execute(_SHARED)
    tenant_table("saved_views")
    for function, signature in zip((_PROJECTS, _INVOICES), _FUNCTIONS, strict=True):
        op.execute(function)
        allow(signature)


def downgrade() -> None:
    """Drop them."""
    for signature in _FUNCTIONS:
        op.execute(f"DROP FUNCTION {signature}")
    drop_words(*_WRITTEN)
    drop_search_words()
    op.execute("DROP TABLE saved_views")
