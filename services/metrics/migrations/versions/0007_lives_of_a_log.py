"""A log has lives: facts and totals are those of the present one."""

from __future__ import annotations

from shared.db.schema.lives import (
    follow_lives,
    forget_by,
    stop_following_lives,
    stop_forgetting,
)

revision = "0007"
down_revision = "0006"

_FORGET = """
LOCK TABLE project_facts, invoice_facts, client_metrics IN SHARE ROW EXCLUSIVE MODE;
IF of_source = '/clients' THEN
    DELETE FROM client_aliases;
    DELETE FROM erased_clients WHERE client_id <> ALL (erased);
    DELETE FROM project_facts;
    DELETE FROM invoice_facts AS f
    WHERE NOT EXISTS (SELECT FROM erased_clients AS x WHERE x.client_id = f.client_id);
    DELETE FROM client_metrics;
END IF;
RETURN '{}';
"""


def upgrade() -> None:
    """Tell one life of a log from another, and forget what only an earlier one told."""
    follow_lives()
    forget_by(_FORGET, "NULL;")


def downgrade() -> None:
    """Follow one life alone."""
    stop_forgetting()
    stop_following_lives()
