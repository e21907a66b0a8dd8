"""Clients that were erased, and the ids of those that were merged."""

from __future__ import annotations

from shared.db.schema.erasure import create_erasure, drop_erasure, report_erased

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Create `client_aliases` and what takes a client out of log and dead letters."""
    create_erasure()
    report_erased()


def downgrade() -> None:
    """Drop them."""
    drop_erasure()
