"""Starts of suspicious work are counted by size too, and what was received has its time."""

from __future__ import annotations

from shared.db.schema.tables import (
    count_starts_by_position,
    count_starts_by_size,
    date_inbox,
    undate_inbox,
)

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    """Tell the starts on one envelope from those on a batch that it is the first of."""
    count_starts_by_size()
    date_inbox()


def downgrade() -> None:
    """Count by position alone."""
    undate_inbox()
    count_starts_by_position()
