"""Addresses that sign in are compared by one folding, and may stand with a user who cannot use
theirs here, as it signs in elsewhere."""

from __future__ import annotations

from alembic import op
from sqlalchemy import text

from shared.values.folding import caseless

revision = "0032"
down_revision = "0031"

_SAFE = "SECURITY DEFINER SET search_path = public, pg_temp"
_FIND_USER = f"""
    CREATE OR REPLACE FUNCTION find_user_by_email(wanted text)
    RETURNS TABLE (workspace_id uuid, id uuid, name text, password_hash text, disabled boolean)
    LANGUAGE sql STABLE {_SAFE} AS $$
        SELECT u.workspace_id, u.id, u.name, u.password_hash, u.disabled_at IS NOT NULL
        FROM users AS u WHERE {{is_theirs}}
    $$
"""
_RESETS_DUE = f"""
    CREATE OR REPLACE FUNCTION reset_requests_due(most int)
    RETURNS TABLE (id uuid, workspace_id uuid, user_id uuid)
    LANGUAGE sql STABLE {_SAFE} AS $$
        SELECT r.id, u.workspace_id, u.id
        FROM reset_requests AS r LEFT JOIN users AS u ON {{is_theirs}} AND u.disabled_at IS NULL
        ORDER BY r.asked_at LIMIT most
    $$
"""
_INVITED = """
    CREATE UNIQUE INDEX uq_invitations_open ON invitations (workspace_id, {key})
    WHERE accepted_at IS NULL AND revoked_at IS NULL
"""


def upgrade() -> None:
    """Keep what is left of each address once it is folded."""
    for table in ("users", "invitations"):
        op.execute(f"ALTER TABLE {table} ADD email_key text")
        _fold(table)
        op.execute(f"ALTER TABLE {table} ALTER email_key SET NOT NULL")
    op.execute("ALTER TABLE users ADD signs_in boolean NOT NULL DEFAULT true")
    op.execute("DROP INDEX uq_users_email, uq_invitations_open")
    op.execute("CREATE UNIQUE INDEX uq_users_email_key ON users (email_key) WHERE signs_in")
    op.execute("CREATE UNIQUE INDEX uq_users_email ON users (workspace_id, email_key)")
    op.execute(_INVITED.format(key="email_key"))
    op.execute(_FIND_USER.format(is_theirs="u.email_key = wanted AND u.signs_in"))
    op.execute(_RESETS_DUE.format(is_theirs="u.email_key = r.email AND u.signs_in"))


def _fold(table: str) -> None:
    """In Python, whose folding it is."""
    bind = op.get_bind()
    rows = bind.execute(text(f"SELECT id, email FROM {table}")).all()
    keys = [{"id": each.id, "key": caseless(each.email)} for each in rows]
    if keys:
        bind.execute(text(f"UPDATE {table} SET email_key = :key WHERE id = :id"), keys)


def downgrade() -> None:
    """Compare in small letters; who could not sign in goes."""
    op.execute("DELETE FROM users WHERE NOT signs_in")
    op.execute(_FIND_USER.format(is_theirs="lower(u.email) = lower(wanted)"))
    op.execute(_RESETS_DUE.format(is_theirs="lower(u.email) = lower(r.email)"))
    op.execute("DROP INDEX uq_users_email_key, uq_users_email, uq_invitations_open")
    op.execute("CREATE UNIQUE INDEX uq_users_email ON users (lower(email))")
    op.execute(_INVITED.format(key="lower(email)"))
    op.execute("ALTER TABLE users DROP signs_in, DROP email_key")
    op.execute("ALTER TABLE invitations DROP email_key")
