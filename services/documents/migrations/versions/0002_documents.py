"""Documents, the clients they belong to, and the room they take."""

from __future__ import annotations

from alembic import op

from shared.db.schema.tables import allow, tenant_table
from shared.db.schema.words import (
    add_words_unindexed,
    create_search_words,
    drop_search_words,
)

revision = "0002"
down_revision = "0001"

_TABLES = (
    """
    CREATE TABLE documents (
        id uuid NOT NULL,
        workspace_id uuid NOT NULL,
        client_id uuid NOT NULL,
        status text NOT NULL,
        version int NOT NULL,
        event_version int NOT NULL,
        file_name text NOT NULL,
        title text,
        category text NOT NULL,
        expires_on date,
        portal_visible boolean NOT NULL,
        content_type text,
        size bigint NOT NULL,
        sha256 text,
        pages int,
        marks jsonb NOT NULL,
        refusal jsonb,
        staging_key text,
        final_key text,
        upload_id text,
        abandoned_at timestamptz NOT NULL,
        attempts int NOT NULL,
        copied boolean NOT NULL,
        lease_until timestamptz,
        origin jsonb NOT NULL,
        created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        updated_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        CONSTRAINT pk_documents PRIMARY KEY (id),
        CONSTRAINT uq_documents_staging_key UNIQUE (staging_key),
        CONSTRAINT uq_documents_final_key UNIQUE (final_key),
        CONSTRAINT ck_documents_size CHECK (size > 0),
        CONSTRAINT ck_documents_status CHECK (status IN
            ('pending', 'checking', 'available', 'quarantined', 'deleting', 'deleted')),
        CONSTRAINT ck_documents_available CHECK (status <> 'available' OR
            (final_key IS NOT NULL AND sha256 IS NOT NULL AND content_type IS NOT NULL))
    )
    """,
    """
    CREATE TABLE client_refs (
        workspace_id uuid NOT NULL,
        client_id uuid NOT NULL,
        CONSTRAINT pk_client_refs PRIMARY KEY (workspace_id, client_id)
    )
    """,
    """
    CREATE TABLE erased_clients (
        client_id uuid NOT NULL,
        workspace_id uuid NOT NULL,
        erased_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        CONSTRAINT pk_erased_clients PRIMARY KEY (client_id)
    )
    """,
    """
    CREATE TABLE workspace_usage (
        workspace_id uuid NOT NULL,
        used_bytes bigint NOT NULL,
        CONSTRAINT pk_workspace_usage PRIMARY KEY (workspace_id),
        CONSTRAINT ck_workspace_usage_used_bytes CHECK (used_bytes >= 0)
    )
    """,
)
_NAMES = ("documents", "client_refs", "erased_clients", "workspace_usage")

_INDEXES = (
    "CREATE INDEX ix_documents_client ON documents (workspace_id, client_id, id)",
    # The few rows that are on their way from one state to another.
    """
    CREATE INDEX ix_documents_moving ON documents (workspace_id, status, updated_at)
    WHERE status IN ('pending', 'checking', 'deleting')
    """,
)

# Periodic work asks for all workspaces at once, and learns no more than their ids and whether
# a key it has seen in the bucket belongs to anything.
_FUNCTIONS = (
    """
    CREATE FUNCTION workspaces_with_work() RETURNS SETOF uuid
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS
    $$
        SELECT DISTINCT workspace_id FROM documents
        WHERE status IN ('pending', 'checking', 'deleting')
          AND (status = 'deleting'
               OR status = 'pending' AND abandoned_at < clock_timestamp()
               OR status = 'checking' AND coalesce(lease_until < clock_timestamp(), true))
    $$
    """,
    """
    CREATE FUNCTION known_object_keys(keys text[]) RETURNS SETOF text
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS
    $$
        SELECT staging_key FROM documents WHERE staging_key = ANY (keys)
        UNION ALL
        SELECT final_key FROM documents WHERE final_key = ANY (keys)
    $$
    """,
)
_SIGNATURES = ("workspaces_with_work()", "known_object_keys(text[])")


def upgrade() -> None:
    """Create the tables under row-level security and the two look-ups of periodic work."""
    for statement in (*_TABLES, *_INDEXES, *_FUNCTIONS):
        op.execute(statement)
    # For a later revision: added to a table that is in use they would have it written anew.
    create_search_words()
    add_words_unindexed({"documents": "coalesce(title, '') || ' ' || file_name || ' ' || category"})
    for table in _NAMES:
        tenant_table(table)
    for signature in _SIGNATURES:
        allow(signature)


def downgrade() -> None:
    """Drop them."""
    for signature in _SIGNATURES:
        op.execute(f"DROP FUNCTION {signature}")
    for table in reversed(_NAMES):
        op.execute(f"DROP TABLE {table}")
    drop_search_words()
