"""What fails again and again is counted for operators."""

from __future__ import annotations

from shared.db.schema.failing import stop_telling_failing, tell_failing

revision = "0009"
down_revision = "0008"

_ROWS = """
SELECT 'removal', updated_at, NULL FROM documents WHERE status = 'deleting' AND attempts > 0
UNION ALL
SELECT 'check', updated_at, NULL FROM documents WHERE status = 'checking' AND attempts > 1
"""


def upgrade() -> None:
    """Count the removals that the store refuses and the checks that were begun again."""
    tell_failing(_ROWS)


def downgrade() -> None:
    """Count no more."""
    stop_telling_failing()
