"""Notes on clients with their versions; keys that may do everything may do this too."""

from __future__ import annotations

from alembic import op

from shared.db.schema.tables import tenant_table

revision = "0019"
down_revision = "0018"

# A contact may be gone while the note stays, and a document is another service's: neither is a
# foreign key.
_CONTENT = """
    kind text NOT NULL,
    text text NOT NULL,
    happened_at timestamptz NOT NULL,
    document_id uuid,
    contact_id uuid,
    contact_name text
"""
_TABLES = {
    "notes": f"""
        CREATE TABLE notes (
            id uuid NOT NULL,
            workspace_id uuid NOT NULL,
            client_id uuid NOT NULL,
            version bigint NOT NULL,
            {_CONTENT},
            author jsonb NOT NULL,
            created_at timestamptz NOT NULL,
            updated_at timestamptz NOT NULL,
            CONSTRAINT pk_notes PRIMARY KEY (id),
            CONSTRAINT fk_notes_client_id FOREIGN KEY (client_id)
                REFERENCES clients (id) ON DELETE CASCADE,
            CONSTRAINT ck_notes_kind CHECK (kind IN ('note', 'call', 'meeting'))
        )
    """,
    "note_versions": f"""
        CREATE TABLE note_versions (
            id uuid NOT NULL,
            workspace_id uuid NOT NULL,
            note_id uuid NOT NULL,
            version bigint NOT NULL,
            {_CONTENT},
            editor jsonb NOT NULL,
            written_at timestamptz NOT NULL,
            CONSTRAINT pk_note_versions PRIMARY KEY (id),
            CONSTRAINT uq_note_versions_version UNIQUE (note_id, version),
            CONSTRAINT fk_note_versions_note_id FOREIGN KEY (note_id)
                REFERENCES notes (id) ON DELETE CASCADE
        )
    """,
}
_INDEX = "CREATE INDEX ix_notes_client_id ON notes (client_id, happened_at, id)"

# Written out, since what a release later adds is no part of what a key could do before this one.
_ALL_BEFORE = """
    ["clients.view", "clients.create", "clients.update", "clients.delete", "clients.export",
     "clients.view_tax_id", "documents.view", "documents.create", "documents.update",
     "documents.delete", "invoices.view", "invoices.create", "invoices.update",
     "invoices.delete", "invoices.issue", "invoices.pay", "invoices.void", "projects.view",
     "projects.create", "projects.update", "projects.delete", "webhooks.manage",
     "workspace.manage", "users.manage"]
"""
_NEW = '["notes.view", "notes.create", "notes.manage"]'


def upgrade() -> None:
    """Create the tables under row-level security, and let keys without limits write notes."""
    for table, statement in _TABLES.items():
        op.execute(statement)
        tenant_table(table)
    op.execute(_INDEX)
    op.execute(
        f"UPDATE api_keys SET permissions = permissions || '{_NEW}' "
        f"WHERE permissions @> '{_ALL_BEFORE}' AND NOT permissions @> '{_NEW}'"
    )


def downgrade() -> None:
    """Drop them, and take the permissions back, which the release before does not know."""
    op.execute(
        "UPDATE api_keys SET permissions = permissions "
        "- ARRAY['notes.view', 'notes.create', 'notes.manage']"
    )
    for table in reversed(_TABLES):
        op.execute(f"DROP TABLE {table}")
