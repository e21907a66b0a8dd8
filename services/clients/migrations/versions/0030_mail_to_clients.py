"""Mail to clients: what it said, what stops it, and how a workspace words it."""

from __future__ import annotations

from alembic import op

from shared.db.schema.online import build_index, check
from shared.db.schema.tables import tenant_table

revision = "0030"
down_revision = "0029"

_TABLES = {
    # Who has asked by the link in a mail for no more of it.
    "mail_stops": """
        CREATE TABLE mail_stops (
            client_id uuid NOT NULL,
            email_key text NOT NULL,
            workspace_id uuid NOT NULL,
            email text NOT NULL,
            stopped_at timestamptz NOT NULL,
            CONSTRAINT pk_mail_stops PRIMARY KEY (client_id, email_key)
        )
    """,
    "mail_wordings": """
        CREATE TABLE mail_wordings (
            workspace_id uuid NOT NULL,
            kind text NOT NULL,
            subject text NOT NULL,
            text text NOT NULL,
            updated_at timestamptz NOT NULL,
            CONSTRAINT pk_mail_wordings PRIMARY KEY (workspace_id, kind)
        )
    """,
}
_BEFORE = "state IN ('queued', 'sent', 'refused', 'given_up')"
_NOW = "state IN ('queued', 'sent', 'refused', 'given_up', 'withheld', 'bounced')"


def upgrade() -> None:
    """Create the tables; of mail written before, nothing but links is known."""
    op.execute(
        "ALTER TABLE mails ADD IF NOT EXISTS client_id uuid, ADD IF NOT EXISTS dedupe_key text, "
        "ADD IF NOT EXISTS secret boolean NOT NULL DEFAULT true, "
        "ADD IF NOT EXISTS subject text, ADD IF NOT EXISTS body text"
    )
    check("mails", "ck_mails_state", _NOW)
    build_index("uq_mails_dedupe_key", "mails (workspace_id, dedupe_key)", unique=True)
    build_index("ix_mails_list", "mails (workspace_id, id)")
    build_index("ix_mails_client_id", "mails (client_id, id)")
    for table, statement in _TABLES.items():
        op.execute(statement)
        tenant_table(table)
    op.execute("ALTER TABLE workspaces ADD mail_sender text, ADD mail_reply_to text")


def downgrade() -> None:
    """Drop them; what was withheld or came back was not sent."""
    op.execute("ALTER TABLE workspaces DROP mail_sender, DROP mail_reply_to")
    op.execute("UPDATE mails SET state = 'refused' WHERE state IN ('withheld', 'bounced')")
    check("mails", "ck_mails_state", _BEFORE)
    for index in ("uq_mails_dedupe_key", "ix_mails_list", "ix_mails_client_id"):
        op.execute(f"DROP INDEX {index}")
    op.execute(
        "ALTER TABLE mails DROP client_id, DROP dedupe_key, DROP secret, DROP subject, DROP body"
    )
    for table in reversed(_TABLES):
        op.execute(f"DROP TABLE {table}")
