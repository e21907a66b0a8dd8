"""A look for new events begins where the last of the numbered ones is."""

from __future__ import annotations

from shared.db.schema.low_water import mark_low_water, unmark_low_water

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Keep the mark below which every event has its position."""
    mark_low_water()


def downgrade() -> None:
    """Look at all that has ever had none."""
    unmark_low_water()
