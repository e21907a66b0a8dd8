"""Papers: PDFs that are made once, by a job, and kept as documents."""

from __future__ import annotations

from alembic import op

from shared.db.schema.tables import tenant_table

revision = "0021"
down_revision = "0020"

# Its job goes a month after it was over, and its document is another service's: neither is a
# foreign key.
_TABLE = """
    CREATE TABLE papers (
        id uuid NOT NULL,
        workspace_id uuid NOT NULL,
        client_id uuid NOT NULL,
        subject text NOT NULL,
        version bigint NOT NULL,
        layout text NOT NULL,
        content jsonb,
        file_name text NOT NULL,
        job_id uuid NOT NULL,
        engine text,
        sha256 text,
        created_at timestamptz NOT NULL,
        printed_at timestamptz,
        CONSTRAINT pk_papers PRIMARY KEY (id),
        CONSTRAINT uq_papers_version UNIQUE (workspace_id, subject, version),
        CONSTRAINT uq_papers_job_id UNIQUE (job_id),
        CONSTRAINT fk_papers_client_id FOREIGN KEY (client_id)
            REFERENCES clients (id) ON DELETE CASCADE
    )
"""
_INDEX = "CREATE INDEX ix_papers_client_id ON papers (client_id)"


def upgrade() -> None:
    """Create the table under row-level security."""
    op.execute(_TABLE)
    tenant_table("papers")
    op.execute(_INDEX)


def downgrade() -> None:
    """Drop it."""
    op.execute("DROP TABLE papers")
