"""What fails again and again is counted for operators."""

from __future__ import annotations

from shared.db.schema.failing import stop_telling_failing, tell_failing

revision = "0042"
down_revision = "0041"

# What a mail server has answered may hold an address, so it is not told here.
_ROWS = """
SELECT 'deletion', d.started_at, p.problem
FROM deletion_parts AS p JOIN deletions AS d ON d.id = p.deletion_id
WHERE p.done_at IS NULL AND p.failures > 0
UNION ALL
SELECT 'mail', created_at, NULL FROM mails WHERE state = 'queued' AND attempts > 0
UNION ALL
SELECT 'job', created_at, NULL FROM jobs WHERE state IN ('queued', 'running') AND attempts > 1
UNION ALL
SELECT 'invoicing', retry_at, NULL FROM invoicing_schedules WHERE retry_at IS NOT NULL
"""


def upgrade() -> None:
    """Count parts of deletions, mails, jobs and runs that failed and are tried again."""
    tell_failing(_ROWS)


def downgrade() -> None:
    """Count no more."""
    stop_telling_failing()
