"""A look for what a webhook is to be sent begins where the last of what it was sent is."""

from __future__ import annotations

from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """Keep the place up to which nothing waits to be sent for the first time."""
    op.execute("ALTER TABLE webhooks ADD COLUMN low_water_pos bigint NOT NULL DEFAULT 0")


def downgrade() -> None:
    """Look at all that was ever to be sent."""
    op.execute("ALTER TABLE webhooks DROP COLUMN low_water_pos")
