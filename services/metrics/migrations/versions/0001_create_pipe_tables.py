"""The tables of the message path."""

from __future__ import annotations

from shared.db.schema.tables import create_pipe_tables, drop_pipe_tables

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create the log, relay, inbox and dead-letter tables."""
    create_pipe_tables()


def downgrade() -> None:
    """Drop them."""
    drop_pipe_tables()
