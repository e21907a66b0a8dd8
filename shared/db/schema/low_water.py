"""What migrations add so that nobody looks for new events where all are numbered."""

from __future__ import annotations

from alembic import op


def mark_low_water() -> None:
    """Keep the id up to which every event has its position, the next such id, and who may yet
    commit one below it (virtual transactions)."""
    op.execute(
        """
        ALTER TABLE relay_state
            ADD COLUMN low_water_id bigint NOT NULL DEFAULT 0,
            ADD COLUMN next_low_water_id bigint NOT NULL DEFAULT 0,
            ADD COLUMN awaited_writers text[] NOT NULL DEFAULT '{}'
        """
    )


def unmark_low_water() -> None:
    """Undo `mark_low_water`."""
    op.execute(
        """
        ALTER TABLE relay_state
            DROP COLUMN low_water_id, DROP COLUMN next_low_water_id, DROP COLUMN awaited_writers
        """
    )
