"""Mail that is to be sent, links that are sent by it, and second factors."""

from __future__ import annotations

from alembic import op

from shared.db.schema.tables import allow, role_prefix, tenant_table

revision = "0025"
down_revision = "0024"

_TABLES = {
    # `sealed` holds the words of its kind, links with tokens among them; it goes with the sending.
    "mails": """
        CREATE TABLE mails (
            id uuid CONSTRAINT pk_mails PRIMARY KEY,
            workspace_id uuid NOT NULL,
            kind text NOT NULL,
            recipient text NOT NULL,
            sealed bytea,
            state text NOT NULL CONSTRAINT ck_mails_state
                CHECK (state IN ('queued', 'sent', 'refused', 'given_up')),
            attempts int NOT NULL,
            repeated int NOT NULL,
            next_at timestamptz NOT NULL,
            good_until timestamptz,
            problem text,
            created_at timestamptz NOT NULL,
            finished_at timestamptz
        )
    """,
    "password_resets": """
        CREATE TABLE password_resets (
            user_id uuid CONSTRAINT pk_password_resets PRIMARY KEY
                CONSTRAINT fk_password_resets_user REFERENCES users ON DELETE CASCADE,
            workspace_id uuid NOT NULL,
            hash bytea NOT NULL CONSTRAINT uq_password_resets_hash UNIQUE,
            expires_at timestamptz NOT NULL
        )
    """,
    "invitations": """
        CREATE TABLE invitations (
            id uuid CONSTRAINT pk_invitations PRIMARY KEY,
            workspace_id uuid NOT NULL,
            email text NOT NULL,
            role text NOT NULL,
            hash bytea NOT NULL CONSTRAINT uq_invitations_hash UNIQUE,
            invited_by text NOT NULL,
            version bigint NOT NULL,
            created_at timestamptz NOT NULL,
            expires_at timestamptz NOT NULL,
            accepted_at timestamptz,
            revoked_at timestamptz
        )
    """,
}
# No tenant's: whose they are is found out by the job that answers them, so that asking takes as
# long for an address that nobody has.
_REQUESTS = """
    CREATE TABLE reset_requests (
        id uuid CONSTRAINT pk_reset_requests PRIMARY KEY DEFAULT gen_random_uuid(),
        email text NOT NULL,
        asked_at timestamptz NOT NULL DEFAULT clock_timestamp()
    )
"""
_INDEXES = (
    "CREATE INDEX ix_mails_due ON mails (next_at) WHERE state = 'queued'",
    "CREATE INDEX ix_mails_finished_at ON mails (finished_at) WHERE finished_at IS NOT NULL",
    "CREATE INDEX ix_password_resets_expires_at ON password_resets (expires_at)",
    "CREATE INDEX ix_invitations_list ON invitations (workspace_id, id)",
    """
    CREATE UNIQUE INDEX uq_invitations_open ON invitations (workspace_id, lower(email))
    WHERE accepted_at IS NULL AND revoked_at IS NULL
    """,
)
_SECOND_FACTOR = """
    ALTER TABLE users ADD COLUMN totp_secret bytea, ADD COLUMN totp_since timestamptz,
        ADD COLUMN totp_step bigint NOT NULL DEFAULT 0,
        ADD COLUMN recovery_codes jsonb NOT NULL DEFAULT '[]'
"""
_SAFE = "SECURITY DEFINER SET search_path = public, pg_temp"
_OF_LOGIN = {
    "ask_reset(text)": f"""
        CREATE FUNCTION ask_reset(whose text) RETURNS void LANGUAGE sql VOLATILE {_SAFE} AS $$
            INSERT INTO reset_requests (email) VALUES (whose)
        $$
    """,
    "find_password_reset(bytea)": f"""
        CREATE FUNCTION find_password_reset(wanted bytea)
        RETURNS TABLE (workspace_id uuid, id uuid, name text)
        LANGUAGE sql STABLE {_SAFE} AS $$
            SELECT u.workspace_id, u.id, u.name
            FROM password_resets AS r JOIN users AS u ON u.id = r.user_id
            WHERE r.hash = wanted AND r.expires_at > clock_timestamp() AND u.disabled_at IS NULL
        $$
    """,
    "find_invitation(bytea)": f"""
        CREATE FUNCTION find_invitation(wanted bytea)
        RETURNS TABLE (workspace_id uuid, id uuid)
        LANGUAGE sql STABLE {_SAFE} AS $$
            SELECT workspace_id, id FROM invitations
            WHERE hash = wanted AND expires_at > clock_timestamp()
              AND accepted_at IS NULL AND revoked_at IS NULL
        $$
    """,
}
_OF_JOBS = {
    "mails_to_send(int)": f"""
        CREATE FUNCTION mails_to_send(most int) RETURNS TABLE (workspace_id uuid, id uuid)
        LANGUAGE sql STABLE {_SAFE} AS $$
            SELECT workspace_id, id FROM mails
            WHERE state = 'queued' AND next_at <= clock_timestamp() ORDER BY next_at LIMIT most
        $$
    """,
    "purge_mails(timestamptz, int)": f"""
        CREATE FUNCTION purge_mails(before timestamptz, most int) RETURNS bigint
        LANGUAGE sql VOLATILE {_SAFE} AS $$
            WITH gone AS (
                DELETE FROM mails WHERE ctid = ANY (ARRAY(
                    SELECT ctid FROM mails WHERE finished_at < before LIMIT most))
                RETURNING 1
            )
            SELECT count(*) FROM gone
        $$
    """,
    "reset_requests_due(int)": f"""
        CREATE FUNCTION reset_requests_due(most int)
        RETURNS TABLE (id uuid, workspace_id uuid, user_id uuid)
        LANGUAGE sql STABLE {_SAFE} AS $$
            SELECT r.id, u.workspace_id, u.id
            FROM reset_requests AS r
            LEFT JOIN users AS u ON lower(u.email) = lower(r.email) AND u.disabled_at IS NULL
            ORDER BY r.asked_at LIMIT most
        $$
    """,
    "answer_reset(uuid)": f"""
        CREATE FUNCTION answer_reset(wanted uuid) RETURNS boolean
        LANGUAGE sql VOLATILE {_SAFE} AS $$
            WITH gone AS (DELETE FROM reset_requests WHERE id = wanted RETURNING 1)
            SELECT EXISTS (SELECT FROM gone)
        $$
    """,
}


def upgrade() -> None:
    """Create the tables, and what may be asked before or without a workspace."""
    for table, statement in _TABLES.items():
        op.execute(statement)
        tenant_table(table)
    for statement in (_REQUESTS, *_INDEXES, _SECOND_FACTOR):
        op.execute(statement)
    for statement in (*_OF_LOGIN.values(), *_OF_JOBS.values()):
        op.execute(statement)
    for door in _OF_LOGIN:
        op.execute(f"REVOKE ALL ON FUNCTION {door} FROM PUBLIC")
        op.execute(f"GRANT EXECUTE ON FUNCTION {door} TO {role_prefix()}_login")
    for signature in _OF_JOBS:
        allow(signature)


def downgrade() -> None:
    """Drop them all."""
    for signature in (*_OF_LOGIN, *_OF_JOBS):
        op.execute(f"DROP FUNCTION {signature}")
    for table in (*_TABLES, "reset_requests"):
        op.execute(f"DROP TABLE {table}")
    op.execute(
        "ALTER TABLE users DROP COLUMN totp_secret, DROP COLUMN totp_since, "
        "DROP COLUMN totp_step, DROP COLUMN recovery_codes"
    )
