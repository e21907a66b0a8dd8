"""Invoices with an issuer, a discount, terms and lines that say why; credit notes."""

from __future__ import annotations

from alembic import op

from shared.db.schema.online import build_index, check, in_portions
from shared.db.schema.tables import tenant_table

revision = "0023"
down_revision = "0022"

_ISSUER = (
    "street",
    "city",
    "state",
    "postal_code",
    "tax_id",
    "payment_instructions",
    "bank_details",
    "invoice_terms",
)
_GROWN = {
    "workspaces": dict.fromkeys(_ISSUER, "text"),
    "invoices": {
        "discount_percent": "numeric(7, 4)",
        "discount_amount": "numeric(18, 4)",
        "discount": "numeric(18, 4) NOT NULL DEFAULT 0",
        "amount_credited": "numeric(18, 4) NOT NULL DEFAULT 0",
        "paid_on": "date",
        "purchase_order": "text",
        "terms": "text",
        "issuer": "jsonb",
    },
    "invoice_lines": {"rule": "text", "explanation": "text"},
}
_TABLES = {
    # Issued when it is made, so it has its number from the start.
    "credit_notes": """
        CREATE TABLE credit_notes (
            id uuid NOT NULL,
            workspace_id uuid NOT NULL,
            invoice_id uuid NOT NULL,
            number text NOT NULL,
            issued_on date NOT NULL,
            reason text NOT NULL,
            subtotal numeric(18, 4) NOT NULL,
            tax numeric(18, 4) NOT NULL,
            total numeric(18, 4) NOT NULL,
            created_at timestamptz NOT NULL,
            CONSTRAINT pk_credit_notes PRIMARY KEY (id),
            CONSTRAINT uq_credit_notes_number UNIQUE (workspace_id, number),
            CONSTRAINT fk_credit_notes_invoice_id FOREIGN KEY (invoice_id) REFERENCES invoices (id),
            CONSTRAINT ck_credit_notes_total CHECK (total = subtotal + tax AND total > 0)
        )
    """,
    "credit_note_lines": """
        CREATE TABLE credit_note_lines (
            id uuid NOT NULL,
            workspace_id uuid NOT NULL,
            credit_note_id uuid NOT NULL,
            place int NOT NULL,
            invoice_line_id uuid,
            description text NOT NULL,
            tax_rate numeric(7, 4) NOT NULL,
            amount numeric(18, 4) NOT NULL,
            tax numeric(18, 4) NOT NULL,
            CONSTRAINT pk_credit_note_lines PRIMARY KEY (id),
            CONSTRAINT fk_credit_note_lines_credit_note_id
                FOREIGN KEY (credit_note_id) REFERENCES credit_notes (id),
            CONSTRAINT fk_credit_note_lines_invoice_line_id
                FOREIGN KEY (invoice_line_id) REFERENCES invoice_lines (id)
        )
    """,
}
_CHECKS = {
    "ck_invoices_total": (
        "total = subtotal - discount + tax AND total >= 0 AND discount >= 0",
        "total = subtotal + tax AND total >= 0",
    ),
    "ck_invoices_paid": (
        "amount_paid BETWEEN 0 AND total AND amount_credited BETWEEN 0 AND total",
        "amount_paid BETWEEN 0 AND total",
    ),
}
_INDEXES = (
    "CREATE INDEX ix_credit_notes_invoice_id ON credit_notes (invoice_id, id)",
    "CREATE INDEX ix_credit_note_lines_credit_note_id ON credit_note_lines (credit_note_id, place)",
    "CREATE INDEX ix_credit_note_lines_invoice_line_id ON credit_note_lines (invoice_line_id)",
)
# The lists of a whole workspace: all of it newest first, by day, and what is open.
_OF_INVOICES = {
    "ix_invoices_workspace_id": "invoices (workspace_id, id)",
    "ix_invoices_issued_on": "invoices (workspace_id, issued_on)",
    "ix_invoices_open": (
        "invoices (workspace_id, due_on) WHERE status IN ('issued', 'partially_paid')"
    ),
}
# The day of the last payment; an invoice over nothing was paid when it was issued.
_PAID_ON = """
    UPDATE invoices AS i SET paid_on = coalesce(
        (SELECT max(p.paid_on) FROM payments AS p WHERE p.invoice_id = i.id), i.issued_on)
    WHERE status = 'paid' AND id = ANY (:keys)
"""


def upgrade() -> None:
    """Add the columns, then the tables under row-level security, then what is looked up by."""
    for table, columns in _GROWN.items():
        for name, kind in columns.items():
            op.execute(f"ALTER TABLE {table} ADD COLUMN IF NOT EXISTS {name} {kind}")
    in_portions("invoices", _PAID_ON)
    for name, (now, _) in _CHECKS.items():
        check("invoices", name, now)
    for name, on in _OF_INVOICES.items():
        build_index(name, on)
    for table, statement in _TABLES.items():
        op.execute(statement)
        tenant_table(table)
    for statement in _INDEXES:
        op.execute(statement)


def downgrade() -> None:
    """Drop them again. Fails where a discount was given: the books would not add up."""
    for index in _OF_INVOICES:
        op.execute(f"DROP INDEX {index}")
    for table in reversed(_TABLES):
        op.execute(f"DROP TABLE {table}")
    for name, (_, before) in _CHECKS.items():
        check("invoices", name, before)
    for table, columns in _GROWN.items():
        for name in columns:
            op.execute(f"ALTER TABLE {table} DROP COLUMN {name}")
