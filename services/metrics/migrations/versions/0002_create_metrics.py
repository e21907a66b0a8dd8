"""Facts, the totals made from them, and the list of erased clients."""

from __future__ import annotations

from alembic import op

from shared.db.schema.tables import tenant_table

revision = "0002"
down_revision = "0001"

_TABLES = {
    # What is known of each project and invoice, as of the newest version heard of. A deleted
    # one stays as a row with `deleted` set, so that an older version arriving late loses.
    "project_facts": """
        CREATE TABLE project_facts (
            project_id uuid NOT NULL,
            workspace_id uuid NOT NULL,
            client_id uuid NOT NULL,
            version bigint NOT NULL,
            status text NOT NULL,
            deleted boolean NOT NULL,
            CONSTRAINT pk_project_facts PRIMARY KEY (project_id)
        )
    """,
    "invoice_facts": """
        CREATE TABLE invoice_facts (
            invoice_id uuid NOT NULL,
            workspace_id uuid NOT NULL,
            client_id uuid NOT NULL,
            version bigint NOT NULL,
            status text NOT NULL,
            currency text NOT NULL,
            total numeric NOT NULL,
            amount_paid numeric NOT NULL,
            issued_on date,
            deleted boolean NOT NULL,
            CONSTRAINT pk_invoice_facts PRIMARY KEY (invoice_id)
        )
    """,
    "client_metrics": """
        CREATE TABLE client_metrics (
            client_id uuid NOT NULL,
            workspace_id uuid NOT NULL,
            active_projects bigint NOT NULL DEFAULT 0,
            invoices_issued bigint NOT NULL DEFAULT 0,
            paid_invoices bigint NOT NULL DEFAULT 0,
            total_revenue jsonb NOT NULL DEFAULT '[]',
            CONSTRAINT pk_client_metrics PRIMARY KEY (client_id)
        )
    """,
    "erased_clients": """
        CREATE TABLE erased_clients (
            client_id uuid NOT NULL,
            workspace_id uuid NOT NULL,
            erased_at timestamptz NOT NULL DEFAULT clock_timestamp(),
            CONSTRAINT pk_erased_clients PRIMARY KEY (client_id)
        )
    """,
}


def upgrade() -> None:
    """Create the tables under row-level security."""
    for table, statement in _TABLES.items():
        op.execute(statement)
        tenant_table(table)
    op.execute("CREATE INDEX ix_project_facts_client_id ON project_facts (client_id)")
    op.execute("CREATE INDEX ix_invoice_facts_client_id ON invoice_facts (client_id)")


def downgrade() -> None:
    """Drop them."""
    for table in reversed(_TABLES):
        op.execute(f"DROP TABLE {table}")
