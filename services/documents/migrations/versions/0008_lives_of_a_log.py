"""A log has lives: documents are filed under the clients of the present one."""

from __future__ import annotations

from shared.db.schema.lives import (
    follow_lives,
    forget_by,
    stop_following_lives,
    stop_forgetting,
)

revision = "0008"
down_revision = "0007"

_FORGET = """
DECLARE concerned uuid[];
BEGIN
    IF of_source = '/clients' THEN
        WITH gone AS (DELETE FROM client_aliases RETURNING target_id)
        SELECT array_agg(DISTINCT target_id) INTO concerned FROM gone;
        DELETE FROM erased_clients WHERE client_id <> ALL (erased);
    END IF;
    RETURN concerned;
END;
"""
# What a merge that never happened has moved goes back to whom its first event names; a client
# that never came to be is known no more.
_SETTLE = """
UPDATE documents AS d SET client_id = mine.id
FROM (
    SELECT e.subject, coalesce(a.target_id, e.client_id) AS id
    FROM event_log AS e LEFT JOIN client_aliases AS a ON a.client_id = e.client_id
    WHERE e.aggregate_version = 1
) AS mine
WHERE d.client_id = ANY (concerned) AND mine.subject = 'document/' || d.id
  AND d.client_id <> mine.id;
DELETE FROM client_refs AS r
WHERE of_source = '/clients'
  AND NOT EXISTS (SELECT FROM another_life AS l WHERE l.client_id = r.client_id)
  AND NOT EXISTS (SELECT FROM documents AS d WHERE d.client_id = r.client_id);
"""


def upgrade() -> None:
    """Tell one life of a log from another, and forget what only an earlier one told."""
    follow_lives()
    forget_by(_FORGET, _SETTLE)


def downgrade() -> None:
    """Follow one life alone."""
    stop_forgetting()
    stop_following_lives()
