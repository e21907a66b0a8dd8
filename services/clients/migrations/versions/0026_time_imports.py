"""Files of imports may be of time."""

from __future__ import annotations

from alembic import op

revision = "0026"
down_revision = "0025"


def upgrade() -> None:
    """Say of each file what it is of; so far all were of clients."""
    op.execute("ALTER TABLE imports ADD content text NOT NULL DEFAULT 'clients'")


def downgrade() -> None:
    """Files of time are no files of clients: they go."""
    op.execute(
        "DELETE FROM jobs WHERE import_id IN (SELECT id FROM imports WHERE content = 'time')"
    )
    op.execute("DELETE FROM imports WHERE content = 'time'")
    op.execute("ALTER TABLE imports DROP content")
