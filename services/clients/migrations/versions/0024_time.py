"""Time entries, and the weeks of persons that they are written in."""

from __future__ import annotations

from alembic import op

from shared.db.schema.tables import tenant_table

revision = "0024"
down_revision = "0023"

_TABLES = {
    # No foreign key to the invoice: the feature of invoices stands above, and outlives the client.
    "time_entries": """
        CREATE TABLE time_entries (
            id uuid NOT NULL,
            workspace_id uuid NOT NULL,
            client_id uuid NOT NULL,
            project_id uuid NOT NULL,
            version bigint NOT NULL,
            position text NOT NULL,
            user_id uuid,
            person_key text NOT NULL,
            person_name text NOT NULL,
            date date NOT NULL,
            hours numeric(6, 2) NOT NULL,
            overtime boolean NOT NULL,
            overtime_hours numeric(6, 2) NOT NULL,
            note text,
            invoice_id uuid,
            invoice_line_ids uuid[],
            created_at timestamptz NOT NULL,
            updated_at timestamptz NOT NULL,
            CONSTRAINT pk_time_entries PRIMARY KEY (id),
            CONSTRAINT fk_time_entries_project_id FOREIGN KEY (project_id)
                REFERENCES projects (id),
            CONSTRAINT ck_time_entries_hours CHECK (hours > 0 AND hours <= 24),
            CONSTRAINT ck_time_entries_billed CHECK (
                (invoice_id IS NULL) = (invoice_line_ids IS NULL)),
            CONSTRAINT ck_time_entries_overtime CHECK (overtime_hours BETWEEN 0 AND hours)
        )
    """,
    "time_weeks": """
        CREATE TABLE time_weeks (
            workspace_id uuid NOT NULL,
            person_key text NOT NULL,
            monday date NOT NULL,
            version bigint NOT NULL,
            CONSTRAINT pk_time_weeks PRIMARY KEY (workspace_id, person_key, monday)
        )
    """,
}
_INDEXES = (
    "CREATE INDEX ix_time_entries_client_id ON time_entries (client_id, date)",
    "CREATE INDEX ix_time_entries_project_id ON time_entries (project_id, date)",
    "CREATE INDEX ix_time_entries_person ON time_entries (workspace_id, person_key, date)",
    "CREATE INDEX ix_time_entries_date ON time_entries (workspace_id, date, id)",
    "CREATE INDEX ix_time_entries_invoice_id ON time_entries (invoice_id)",
)


def upgrade() -> None:
    """Create the tables under row-level security, and let a workspace have overtime split."""
    for table, statement in _TABLES.items():
        op.execute(statement)
        tenant_table(table)
    for statement in _INDEXES:
        op.execute(statement)
    op.execute("ALTER TABLE workspaces ADD split_overtime boolean NOT NULL DEFAULT false")


def downgrade() -> None:
    """Drop them."""
    op.execute("ALTER TABLE workspaces DROP split_overtime")
    for table in reversed(_TABLES):
        op.execute(f"DROP TABLE {table}")
