"""Roles of a workspace's own, and what they grant to whoever has one."""

from __future__ import annotations

from alembic import op

from shared.db.schema.online import build_index
from shared.db.schema.tables import tenant_table

revision = "0037"
down_revision = "0036"

# Users and invitations have a role by its id. The four that every workspace has are no rows.
_ROLES = """
    CREATE TABLE roles (
        id uuid CONSTRAINT pk_roles PRIMARY KEY,
        workspace_id uuid NOT NULL,
        name text NOT NULL,
        name_key text NOT NULL,
        permissions jsonb NOT NULL,
        version int NOT NULL,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        CONSTRAINT uq_roles_name UNIQUE (workspace_id, name_key)
    )
"""


def _find_credential(granted: str, joined: str) -> str:
    return f"""
    CREATE OR REPLACE FUNCTION find_credential(wanted bytea)
    RETURNS TABLE (workspace_id uuid, kind text, id uuid, name text, role text,
                   permissions jsonb, session_id uuid)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
    BEGIN ATOMIC
        SELECT u.workspace_id, 'user', u.id, u.name, u.role, {granted}, s.id
        FROM (
            SELECT * FROM sessions WHERE hash = wanted
            UNION ALL
            SELECT * FROM sessions
            WHERE previous_hash = wanted AND previous_until > clock_timestamp()
        ) AS s JOIN users AS u ON u.id = s.user_id {joined}
        WHERE s.idle_until > clock_timestamp() AND s.expires_at > clock_timestamp()
          AND u.disabled_at IS NULL
        UNION ALL
        SELECT k.workspace_id, 'api_key', k.id, k.name, NULL, k.permissions, NULL
        FROM api_keys AS k
        WHERE k.hash = wanted AND k.revoked_at IS NULL
          AND (k.expires_at IS NULL OR k.expires_at > clock_timestamp());
    END
    """


def upgrade() -> None:
    """Let a workspace have roles beside the four."""
    build_index("ix_users_role", "users (workspace_id, role)")
    op.execute(_ROLES)
    tenant_table("roles")
    join = "LEFT JOIN roles AS r ON r.workspace_id = u.workspace_id AND r.id::text = u.role"
    op.execute(_find_credential("r.permissions", join))


def downgrade() -> None:
    """Whoever has another role may do nothing until they are given one of the four."""
    op.execute(_find_credential("NULL::jsonb", ""))
    op.execute("DROP INDEX ix_users_role")
    op.execute("DROP TABLE roles")
