"""A log has lives: what was told in one that has ended is told again, and nothing is forgotten."""

from __future__ import annotations

from shared.db.schema.lives import (
    follow_lives,
    forget_by,
    stop_following_lives,
    stop_forgetting,
)

revision = "0040"
down_revision = "0039"

# What others have erased is erased, whichever life of their logs has told of it.


def upgrade() -> None:
    """Tell one life of a log from another, and forget what only an earlier one told."""
    follow_lives()
    forget_by("RETURN '{}';", "NULL;")


def downgrade() -> None:
    """Follow one life alone."""
    stop_forgetting()
    stop_following_lives()
