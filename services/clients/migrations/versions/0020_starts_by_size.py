"""Starts of suspicious work are counted by position and number of envelopes."""

from __future__ import annotations

from shared.db.schema.tables import count_starts_by_position, count_starts_by_size

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    """Tell the starts on one envelope from those on a batch that it is the first of."""
    count_starts_by_size()


def downgrade() -> None:
    """Count by position alone."""
    count_starts_by_position()
