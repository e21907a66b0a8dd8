"""Workspaces, users, access tokens and API keys, and the look-ups that come before them."""

from __future__ import annotations

from alembic import op

from shared.db.schema.tables import role_prefix, tenant_table

revision = "0002"
down_revision = "0001"

_TABLES = (
    """
    CREATE TABLE workspaces (
        workspace_id uuid CONSTRAINT pk_workspaces PRIMARY KEY,
        name text NOT NULL,
        country text NOT NULL DEFAULT 'US',
        currency text NOT NULL DEFAULT 'USD',
        time_zone text NOT NULL DEFAULT 'UTC',
        invoice_number_pattern text NOT NULL DEFAULT '{code}-{YYYY}-{seq:4}',
        version bigint NOT NULL DEFAULT 1,
        created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        updated_at timestamptz NOT NULL DEFAULT clock_timestamp()
    )
    """,
    """
    CREATE TABLE users (
        id uuid CONSTRAINT pk_users PRIMARY KEY,
        workspace_id uuid NOT NULL,
        email text NOT NULL,
        name text NOT NULL,
        role text NOT NULL,
        password_hash text NOT NULL,
        version bigint NOT NULL DEFAULT 1,
        created_at timestamptz NOT NULL DEFAULT clock_timestamp()
    )
    """,
    # Over all workspaces: an address signs in before a workspace is known.
    "CREATE UNIQUE INDEX uq_users_email ON users (lower(email))",
    "CREATE INDEX ix_users_workspace ON users (workspace_id, id)",
    """
    CREATE TABLE access_tokens (
        hash bytea CONSTRAINT pk_access_tokens PRIMARY KEY,
        workspace_id uuid NOT NULL,
        user_id uuid NOT NULL CONSTRAINT fk_access_tokens_user REFERENCES users ON DELETE CASCADE,
        expires_at timestamptz NOT NULL,
        created_at timestamptz NOT NULL DEFAULT clock_timestamp()
    )
    """,
    "CREATE INDEX ix_access_tokens_expires_at ON access_tokens (expires_at)",
    """
    CREATE TABLE api_keys (
        id uuid CONSTRAINT pk_api_keys PRIMARY KEY,
        workspace_id uuid NOT NULL,
        name text NOT NULL,
        prefix text NOT NULL,
        hash bytea NOT NULL CONSTRAINT uq_api_keys_hash UNIQUE,
        permissions jsonb NOT NULL,
        expires_at timestamptz,
        last_used_at timestamptz,
        revoked_at timestamptz,
        version bigint NOT NULL DEFAULT 1,
        created_at timestamptz NOT NULL DEFAULT clock_timestamp()
    )
    """,
    "CREATE INDEX ix_api_keys_workspace ON api_keys (workspace_id, id)",
)

# The only doors of role `login`: one by a token's hash, one by an address. They run as the
# owner, whom row-level security lets through, and return no more than signing in needs.
_FUNCTIONS = (
    """
    CREATE FUNCTION find_credential(wanted bytea)
    RETURNS TABLE (workspace_id uuid, kind text, id uuid, name text, role text,
                   permissions jsonb)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
    BEGIN ATOMIC
        SELECT u.workspace_id, 'user', u.id, u.name, u.role, NULL::jsonb
        FROM access_tokens AS t JOIN users AS u ON u.id = t.user_id
        WHERE t.hash = wanted AND t.expires_at > clock_timestamp()
        UNION ALL
        SELECT k.workspace_id, 'api_key', k.id, k.name, NULL, k.permissions
        FROM api_keys AS k
        WHERE k.hash = wanted AND k.revoked_at IS NULL
          AND (k.expires_at IS NULL OR k.expires_at > clock_timestamp());
    END
    """,
    """
    CREATE FUNCTION find_user_by_email(wanted text)
    RETURNS TABLE (workspace_id uuid, id uuid, name text, password_hash text)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
    BEGIN ATOMIC
        SELECT u.workspace_id, u.id, u.name, u.password_hash
        FROM users AS u WHERE lower(u.email) = lower(wanted);
    END
    """,
)
_DOORS = ("find_credential(bytea)", "find_user_by_email(text)")


def upgrade() -> None:
    """Create the tables under row-level security, and the two look-ups."""
    for statement in _TABLES:
        op.execute(statement)
    for table in ("workspaces", "users", "access_tokens", "api_keys"):
        tenant_table(table)
    for statement in _FUNCTIONS:
        op.execute(statement)
    for door in _DOORS:
        op.execute(f"REVOKE ALL ON FUNCTION {door} FROM PUBLIC")
        op.execute(f"GRANT EXECUTE ON FUNCTION {door} TO {role_prefix()}_login")


def downgrade() -> None:
    """Drop them all."""
    for door in _DOORS:
        op.execute(f"DROP FUNCTION {door}")
    for table in ("access_tokens", "api_keys", "users", "workspaces"):
        op.execute(f"DROP TABLE {table}")
