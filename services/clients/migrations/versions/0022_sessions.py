"""Sessions of people in place of access tokens, turns to sign in, and who may no longer."""

from __future__ import annotations

from alembic import op

from shared.db.schema.tables import allow, role_prefix, tenant_table

revision = "0022"
down_revision = "0021"

_TABLES = {
    # A session is one that may be used: an ended one is deleted, and the log tells of it.
    "sessions": """
        CREATE TABLE sessions (
            id uuid CONSTRAINT pk_sessions PRIMARY KEY,
            workspace_id uuid NOT NULL,
            user_id uuid NOT NULL CONSTRAINT fk_sessions_user REFERENCES users ON DELETE CASCADE,
            hash bytea NOT NULL CONSTRAINT uq_sessions_hash UNIQUE,
            previous_hash bytea,
            previous_until timestamptz,
            device text NOT NULL,
            address text NOT NULL,
            idle_seconds int NOT NULL,
            created_at timestamptz NOT NULL,
            last_used_at timestamptz NOT NULL,
            idle_until timestamptz NOT NULL,
            expires_at timestamptz NOT NULL
        )
    """,
    # Refusals wait here for a job that tells of them, since writing an event takes a moment
    # that would show whether the address is known. Those of nobody have no workspace.
    "sign_in_refusals": """
        CREATE TABLE sign_in_refusals (
            id uuid CONSTRAINT pk_sign_in_refusals PRIMARY KEY DEFAULT gen_random_uuid(),
            workspace_id uuid,
            user_id uuid,
            reason text NOT NULL,
            device text NOT NULL,
            address text NOT NULL,
            refused_at timestamptz NOT NULL DEFAULT clock_timestamp()
        )
    """,
}
_INDEXES = (
    "CREATE INDEX ix_sessions_user ON sessions (user_id, created_at)",
    "CREATE INDEX ix_sessions_idle_until ON sessions (idle_until)",
    """
    CREATE UNIQUE INDEX uq_sessions_previous_hash ON sessions (previous_hash)
    WHERE previous_hash IS NOT NULL
    """,
    "CREATE INDEX ix_sign_in_refusals_workspace ON sign_in_refusals (workspace_id)",
)
# One moment per key says until when its turns are used up (the generic cell rate algorithm).
# Keys are keyed hashes: nothing here says whose address or account it is.
_LIMITS = """
    CREATE TABLE sign_in_limits (
        key bytea CONSTRAINT pk_sign_in_limits PRIMARY KEY,
        busy_until timestamptz NOT NULL
    )
"""
_LIMITS_SWEPT = "CREATE INDEX ix_sign_in_limits_busy_until ON sign_in_limits (busy_until)"
_DISABLED = "ALTER TABLE users ADD COLUMN disabled_at timestamptz"

_SAFE = "SECURITY DEFINER SET search_path = public, pg_temp"

_MOVE = """
    INSERT INTO sessions (id, workspace_id, user_id, hash, device, address, idle_seconds,
                          created_at, last_used_at, idle_until, expires_at)
    SELECT gen_random_uuid(), workspace_id, user_id, hash, '', '', 43200,
           created_at, created_at, expires_at, expires_at
    FROM access_tokens
"""
_FIND_CREDENTIAL = f"""
    CREATE FUNCTION find_credential(wanted bytea)
    RETURNS TABLE (workspace_id uuid, kind text, id uuid, name text, role text,
                   permissions jsonb, session_id uuid)
    LANGUAGE sql STABLE {_SAFE}
    BEGIN ATOMIC
        SELECT u.workspace_id, 'user', u.id, u.name, u.role, NULL::jsonb, s.id
        FROM (
            SELECT * FROM sessions WHERE hash = wanted
            UNION ALL
            SELECT * FROM sessions
            WHERE previous_hash = wanted AND previous_until > clock_timestamp()
        ) AS s JOIN users AS u ON u.id = s.user_id
        WHERE s.idle_until > clock_timestamp() AND s.expires_at > clock_timestamp()
          AND u.disabled_at IS NULL
        UNION ALL
        SELECT k.workspace_id, 'api_key', k.id, k.name, NULL, k.permissions, NULL
        FROM api_keys AS k
        WHERE k.hash = wanted AND k.revoked_at IS NULL
          AND (k.expires_at IS NULL OR k.expires_at > clock_timestamp());
    END
"""
_FIND_USER = f"""
    CREATE FUNCTION find_user_by_email(wanted text)
    RETURNS TABLE (workspace_id uuid, id uuid, name text, password_hash text, disabled boolean)
    LANGUAGE sql STABLE {_SAFE}
    BEGIN ATOMIC
        SELECT u.workspace_id, u.id, u.name, u.password_hash, u.disabled_at IS NOT NULL
        FROM users AS u WHERE lower(u.email) = lower(wanted);
    END
"""
# Seconds to wait, 0 where a turn was taken for every key. `room` is how far ahead of now a key
# may be; one that is not there is idle. A key in `unless` frees the last one.
_TAKE_TURN = f"""
    CREATE FUNCTION take_turn(keys bytea[], steps float8[], rooms float8[], unless bytea)
    RETURNS float8 LANGUAGE plpgsql VOLATILE {_SAFE} AS $$
    DECLARE
        moment CONSTANT timestamptz := clock_timestamp();
        counted int := cardinality(keys);
        pause float8;
    BEGIN
        IF EXISTS (SELECT FROM sign_in_limits WHERE key = unless AND busy_until > moment) THEN
            counted := counted - 1;
        END IF;
        PERFORM FROM sign_in_limits WHERE key = ANY (keys[1:counted]) ORDER BY key FOR UPDATE;
        SELECT max(extract(epoch FROM l.busy_until - moment) - w.room) INTO pause
        FROM unnest(keys[1:counted], rooms[1:counted]) AS w (key, room)
        JOIN sign_in_limits AS l USING (key);
        IF pause > 0 THEN
            RETURN pause;
        END IF;
        INSERT INTO sign_in_limits AS l (key, busy_until)
        SELECT w.key, moment FROM unnest(keys[1:counted]) AS w (key) ORDER BY w.key
        ON CONFLICT DO NOTHING;
        UPDATE sign_in_limits AS l
        SET busy_until = greatest(l.busy_until, moment) + make_interval(secs => w.step)
        FROM unnest(keys[1:counted], steps[1:counted]) AS w (key, step) WHERE l.key = w.key;
        RETURN 0;
    END $$
"""
_GIVE_BACK = f"""
    CREATE FUNCTION give_turn_back(keys bytea[], steps float8[], unless bytea, seconds float8)
    RETURNS void LANGUAGE sql VOLATILE {_SAFE} AS $$
        UPDATE sign_in_limits AS l SET busy_until = l.busy_until - make_interval(secs => w.step)
        FROM unnest(keys, steps) AS w (key, step) WHERE l.key = w.key;
        INSERT INTO sign_in_limits (key, busy_until)
        VALUES (unless, clock_timestamp() + make_interval(secs => seconds))
        ON CONFLICT (key) DO UPDATE SET busy_until = excluded.busy_until;
    $$
"""
_NOTE_REFUSAL = f"""
    CREATE FUNCTION note_refusal(whose uuid, who uuid, why text, what text, whence text)
    RETURNS void LANGUAGE sql VOLATILE {_SAFE} AS $$
        INSERT INTO sign_in_refusals (workspace_id, user_id, reason, device, address)
        VALUES (whose, who, why, what, whence)
    $$
"""
_TO_TELL = f"""
    CREATE FUNCTION workspaces_with_refusals() RETURNS SETOF uuid
    LANGUAGE sql STABLE {_SAFE} AS $$
        SELECT DISTINCT workspace_id FROM sign_in_refusals WHERE workspace_id IS NOT NULL
    $$
"""
_PURGE = f"""
    CREATE FUNCTION purge_access(most int) RETURNS bigint
    LANGUAGE sql VOLATILE {_SAFE} AS $$
        WITH sessions_gone AS (
            DELETE FROM sessions WHERE ctid = ANY (ARRAY(
                SELECT ctid FROM sessions WHERE idle_until < clock_timestamp() LIMIT most))
            RETURNING 1
        ), limits_gone AS (
            DELETE FROM sign_in_limits WHERE ctid = ANY (ARRAY(
                SELECT ctid FROM sign_in_limits WHERE busy_until < clock_timestamp() LIMIT most))
            RETURNING 1
        ), refusals_gone AS (
            DELETE FROM sign_in_refusals WHERE ctid = ANY (ARRAY(
                SELECT ctid FROM sign_in_refusals WHERE workspace_id IS NULL LIMIT most))
            RETURNING 1
        )
        SELECT (SELECT count(*) FROM sessions_gone) + (SELECT count(*) FROM limits_gone)
             + (SELECT count(*) FROM refusals_gone)
    $$
"""
_DOORS = (
    "find_credential(bytea)",
    "find_user_by_email(text)",
    "take_turn(bytea[], float8[], float8[], bytea)",
    "give_turn_back(bytea[], float8[], bytea, float8)",
    "note_refusal(uuid, uuid, text, text, text)",
)
_JOBS = ("workspaces_with_refusals()", "purge_access(int)")

_TOKENS_BEFORE = (
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
    INSERT INTO access_tokens (hash, workspace_id, user_id, expires_at, created_at)
    SELECT hash, workspace_id, user_id, idle_until, created_at FROM sessions
    """,
)
_DOORS_BEFORE = (
    f"""
    CREATE FUNCTION find_credential(wanted bytea)
    RETURNS TABLE (workspace_id uuid, kind text, id uuid, name text, role text,
                   permissions jsonb)
    LANGUAGE sql STABLE {_SAFE}
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
    f"""
    CREATE FUNCTION find_user_by_email(wanted text)
    RETURNS TABLE (workspace_id uuid, id uuid, name text, password_hash text)
    LANGUAGE sql STABLE {_SAFE}
    BEGIN ATOMIC
        SELECT u.workspace_id, u.id, u.name, u.password_hash
        FROM users AS u WHERE lower(u.email) = lower(wanted);
    END
    """,
)
_PURGE_BEFORE = f"""
    CREATE FUNCTION purge_expired_tokens(most int) RETURNS bigint
    LANGUAGE sql VOLATILE {_SAFE} AS
    $$
        WITH gone AS (
            DELETE FROM access_tokens WHERE ctid = ANY (ARRAY(
                SELECT ctid FROM access_tokens WHERE expires_at < clock_timestamp() LIMIT most))
            RETURNING 1
        )
        SELECT count(*) FROM gone
    $$
"""


def _open(doors: tuple[str, ...]) -> None:
    """Let role `login` call them, and nobody else."""
    for door in doors:
        op.execute(f"REVOKE ALL ON FUNCTION {door} FROM PUBLIC")
        op.execute(f"GRANT EXECUTE ON FUNCTION {door} TO {role_prefix()}_login")


def upgrade() -> None:
    """Put sessions in the place of access tokens; who is signed in stays so."""
    op.execute(_DISABLED)
    for table, statement in _TABLES.items():
        op.execute(statement)
        tenant_table(table)
    for statement in (*_INDEXES, _LIMITS, _LIMITS_SWEPT, _MOVE):
        op.execute(statement)
    for signature in (*_DOORS[:2], "purge_expired_tokens(int)"):
        op.execute(f"DROP FUNCTION {signature}")
    op.execute("DROP TABLE access_tokens")
    for function in (
        _FIND_CREDENTIAL,
        _FIND_USER,
        _TAKE_TURN,
        _GIVE_BACK,
        _NOTE_REFUSAL,
        _TO_TELL,
        _PURGE,
    ):
        op.execute(function)
    _open(_DOORS)
    for job in _JOBS:
        allow(job)


def downgrade() -> None:
    """Put access tokens back in their place."""
    for signature in (*_DOORS, *_JOBS):
        op.execute(f"DROP FUNCTION {signature}")
    for statement in _TOKENS_BEFORE:
        op.execute(statement)
    tenant_table("access_tokens")
    for function in (*_DOORS_BEFORE, _PURGE_BEFORE):
        op.execute(function)
    _open(_DOORS[:2])
    allow("purge_expired_tokens(int)")
    for table in ("sign_in_limits", *_TABLES):
        op.execute(f"DROP TABLE {table}")
    op.execute("ALTER TABLE users DROP COLUMN disabled_at")
