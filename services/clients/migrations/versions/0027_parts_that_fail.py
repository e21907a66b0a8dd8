"""A part of a deletion that fails is tried again later, and says so."""

from __future__ import annotations

from alembic import op

revision = "0027"
down_revision = "0026"


def upgrade() -> None:
    """Give each part its failures in a row, the kind of the last, and when it is tried again."""
    op.execute(
        "ALTER TABLE deletion_parts ADD failures int NOT NULL DEFAULT 0, "
        "ADD problem text, ADD retry_at timestamptz"
    )


def downgrade() -> None:
    """Forget them."""
    op.execute("ALTER TABLE deletion_parts DROP failures, DROP problem, DROP retry_at")
