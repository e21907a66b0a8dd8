"""Mail is tried again though the database's clock was set back."""

from __future__ import annotations

from alembic import op

revision = "0051"
down_revision = "0050"

_TO_SEND = """
CREATE OR REPLACE FUNCTION mails_to_send(most int) RETURNS TABLE (workspace_id uuid, id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS
$$ {found} $$
"""
_DUE = """
    (SELECT workspace_id, id FROM mails
     WHERE state = 'queued' AND next_at <= clock_timestamp() ORDER BY next_at LIMIT most)
"""
# More than twice as late as any pause after so many attempts ends, or as a mail is being tried.
_OF_A_CLOCK_SET_BACK = """
    (SELECT workspace_id, id FROM mails
     WHERE state = 'queued' AND next_at > clock_timestamp() + interval '240 seconds'
       AND next_at > clock_timestamp() + make_interval(
           secs => (ARRAY[240, 240, 1200, 7200, 28800, 86400, 172800])[greatest(attempts, 1)])
     ORDER BY next_at LIMIT most)
"""


def upgrade() -> None:
    """Pass by no mail for a time that is later than any it is given."""
    found = f"{_DUE} UNION ALL {_OF_A_CLOCK_SET_BACK} LIMIT most"
    op.execute(_TO_SEND.format(found=found))


def downgrade() -> None:
    """Wait until the clock is there."""
    op.execute(_TO_SEND.format(found=_DUE))
