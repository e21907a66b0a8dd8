"""Projects, invoices, payments and the counters of invoice numbers."""

from __future__ import annotations

from alembic import op

from shared.db.schema.tables import tenant_table
from shared.db.schema.words import (
    add_words_unindexed,
    create_search_words,
    drop_search_words,
)

revision = "0004"
down_revision = "0003"

_TABLES = {
    "projects": """
        CREATE TABLE projects (
            id uuid NOT NULL,
            workspace_id uuid NOT NULL,
            client_id uuid NOT NULL,
            version bigint NOT NULL,
            name text NOT NULL,
            code text,
            status text NOT NULL,
            currency text NOT NULL,
            budget_amount numeric(18, 4),
            budget_hours numeric(18, 4),
            starts_on date,
            ends_on date,
            created_at timestamptz NOT NULL,
            updated_at timestamptz NOT NULL,
            CONSTRAINT pk_projects PRIMARY KEY (id),
            CONSTRAINT fk_projects_client_id FOREIGN KEY (client_id) REFERENCES clients (id),
            CONSTRAINT uq_projects_code UNIQUE (client_id, code),
            CONSTRAINT ck_projects_status CHECK (
                status IN ('planned', 'active', 'on_hold', 'completed', 'cancelled')),
            CONSTRAINT ck_projects_dates CHECK (ends_on >= starts_on)
        )
    """,
    # No foreign key to the client: the books outlive it, under the frozen billing copy.
    "invoices": """
        CREATE TABLE invoices (
            id uuid NOT NULL,
            workspace_id uuid NOT NULL,
            client_id uuid NOT NULL,
            version bigint NOT NULL,
            status text NOT NULL,
            number text,
            currency text NOT NULL,
            period_start date,
            period_end date,
            issued_on date,
            due_on date,
            notes text,
            subtotal numeric(18, 4) NOT NULL,
            tax numeric(18, 4) NOT NULL,
            total numeric(18, 4) NOT NULL,
            amount_paid numeric(18, 4) NOT NULL DEFAULT 0,
            void_reason text,
            billing_copy jsonb,
            created_at timestamptz NOT NULL,
            updated_at timestamptz NOT NULL,
            CONSTRAINT pk_invoices PRIMARY KEY (id),
            CONSTRAINT uq_invoices_number UNIQUE (workspace_id, number),
            CONSTRAINT ck_invoices_status CHECK (
                status IN ('draft', 'issued', 'partially_paid', 'paid', 'void')),
            CONSTRAINT ck_invoices_issued CHECK (
                status IN ('draft', 'void')
                OR (number IS NOT NULL AND issued_on IS NOT NULL AND billing_copy IS NOT NULL)),
            CONSTRAINT ck_invoices_total CHECK (total = subtotal + tax AND total >= 0),
            CONSTRAINT ck_invoices_paid CHECK (amount_paid BETWEEN 0 AND total),
            CONSTRAINT ck_invoices_period CHECK (period_end >= period_start)
        )
    """,
    "invoice_lines": """
        CREATE TABLE invoice_lines (
            id uuid NOT NULL,
            workspace_id uuid NOT NULL,
            invoice_id uuid NOT NULL,
            place int NOT NULL,
            kind text NOT NULL,
            rate_id uuid,
            description text NOT NULL,
            quantity numeric(18, 4) NOT NULL,
            unit_price numeric(18, 4) NOT NULL,
            tax_rate numeric(7, 4) NOT NULL,
            amount numeric(18, 4) NOT NULL,
            CONSTRAINT pk_invoice_lines PRIMARY KEY (id),
            CONSTRAINT fk_invoice_lines_invoice_id
                FOREIGN KEY (invoice_id) REFERENCES invoices (id),
            CONSTRAINT ck_invoice_lines_kind CHECK (kind IN ('regular', 'overtime', 'free'))
        )
    """,
    "payments": """
        CREATE TABLE payments (
            id uuid NOT NULL,
            workspace_id uuid NOT NULL,
            invoice_id uuid NOT NULL,
            amount numeric(18, 4) NOT NULL,
            paid_on date NOT NULL,
            method text,
            reference text,
            created_at timestamptz NOT NULL,
            CONSTRAINT pk_payments PRIMARY KEY (id),
            CONSTRAINT fk_payments_invoice_id FOREIGN KEY (invoice_id) REFERENCES invoices (id),
            CONSTRAINT ck_payments_amount CHECK (amount <> 0)
        )
    """,
    # One row per series and year (0 where numbers run on for ever). The row is locked from the
    # draw to the commit, so a rollback gives the number back before anyone else can draw.
    "invoice_series": """
        CREATE TABLE invoice_series (
            workspace_id uuid NOT NULL,
            series text NOT NULL,
            year int NOT NULL,
            last_seq bigint NOT NULL,
            CONSTRAINT pk_invoice_series PRIMARY KEY (workspace_id, series, year)
        )
    """,
}

_WRITTEN = {"projects": "name || ' ' || coalesce(code, '')", "invoices": "coalesce(number, '')"}
_INDEXES = (
    "CREATE INDEX ix_projects_client_id ON projects (client_id, id)",
    "CREATE INDEX ix_invoices_client_id ON invoices (client_id, id)",
    "CREATE INDEX ix_invoice_lines_invoice_id ON invoice_lines (invoice_id, place)",
    "CREATE INDEX ix_payments_invoice_id ON payments (invoice_id, id)",
)


def upgrade() -> None:
    """Create the tables under row-level security; their words, for a later revision, while they
    are empty."""
    create_search_words()
    for table, statement in _TABLES.items():
        op.execute(statement)
        tenant_table(table)
    for statement in _INDEXES:
        op.execute(statement)
    add_words_unindexed(_WRITTEN)


def downgrade() -> None:
    """Drop them."""
    for table in reversed(_TABLES):
        op.execute(f"DROP TABLE {table}")
    drop_search_words()
