"""Tables that every service has alike: tenant tables, the pipe's tables, idempotency keys.

A tenant table has `workspace_id`, row-level security enabled and forced, one policy for
requests (only the workspace of the transaction) and one for the owner (tools, migrations).
"""

from __future__ import annotations

from alembic import op
from sqlalchemy import text

_IDENTITY = "id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY"

_PIPE_TABLES = (
    # Outbox, log and internal feed in one. `id` is allocation order and private; `pos` is
    # given after commit by the relay, gapless, and is what everyone else counts by.
    # The fill factor leaves room for the update that gives `pos` to stay on its page.
    f"""
    CREATE TABLE event_log (
        {_IDENTITY},
        pos bigint,
        event_id uuid NOT NULL,
        workspace_id uuid NOT NULL,
        client_id uuid,
        type text NOT NULL,
        subject text NOT NULL,
        aggregate_version bigint NOT NULL,
        occurred_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        actor jsonb NOT NULL,
        correlation_id text NOT NULL,
        causation_id text,
        traceparent text,
        data jsonb NOT NULL,
        CONSTRAINT uq_event_log_event_id UNIQUE (event_id),
        CONSTRAINT uq_event_log_subject UNIQUE (workspace_id, subject, aggregate_version)
    ) WITH (fillfactor = 90)
    """,
    "CREATE UNIQUE INDEX uq_event_log_pos ON event_log (pos) WHERE pos IS NOT NULL",
    "CREATE INDEX ix_event_log_unsequenced ON event_log (id) WHERE pos IS NULL",
    "CREATE INDEX ix_event_log_client ON event_log (workspace_id, client_id, id)",
    # One row: the last position given, the epoch of this log, and who works (a lease that
    # saves work; correctness rests on locking this row).
    """
    CREATE TABLE relay_state (
        k int PRIMARY KEY CHECK (k = 1),
        last_pos bigint NOT NULL,
        epoch uuid NOT NULL,
        lease_owner text,
        lease_until timestamptz
    )
    """,
    "INSERT INTO relay_state (k, last_pos, epoch) VALUES (1, 0, gen_random_uuid())",
    """
    CREATE TABLE relay_target (
        target text PRIMARY KEY,
        sent_pos bigint NOT NULL DEFAULT 0,
        paused boolean NOT NULL DEFAULT false
    )
    """,
    """
    CREATE TABLE inbox (
        source text NOT NULL,
        pos bigint NOT NULL,
        applied_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        PRIMARY KEY (source, pos)
    )
    """,
    """
    CREATE TABLE consumer_progress (
        source text PRIMARY KEY,
        epoch uuid NOT NULL,
        contiguous_pos bigint NOT NULL DEFAULT 0,
        contiguous_at timestamptz,
        moved_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        -- When the position last stood at the head that was known then: since when it is behind.
        level_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        known_head bigint NOT NULL DEFAULT 0,
        head_seen_at timestamptz
    )
    """,
    """
    CREATE TABLE ingest_attempts (
        source text NOT NULL,
        pos bigint NOT NULL,
        attempts int NOT NULL,
        PRIMARY KEY (source, pos)
    )
    """,
    f"""
    CREATE TABLE dead_letters (
        {_IDENTITY},
        source text NOT NULL,
        pos bigint NOT NULL,
        event_id uuid,
        workspace_id uuid,
        client_id uuid,
        type text NOT NULL,
        reason text NOT NULL,
        detail text NOT NULL,
        attempts int NOT NULL,
        envelope jsonb NOT NULL,
        state text NOT NULL DEFAULT 'parked' CHECK (state IN ('parked', 'replayed', 'discarded')),
        parked_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        settled_at timestamptz,
        CONSTRAINT uq_dead_letters_pos UNIQUE (source, pos)
    )
    """,
)

_PIPE_DROPS = (
    "dead_letters",
    "ingest_attempts",
    "consumer_progress",
    "inbox",
    "relay_target",
    "relay_state",
    "event_log",
)

_APP_WORKSPACE = """
CREATE FUNCTION app_workspace() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE
RETURN nullif(current_setting('app.workspace', true), '')::uuid
"""


def _execute(statement: str) -> None:
    op.execute(text(statement.replace(":", "\\:")))


def role_prefix() -> str:
    """What the role names of this database begin with.

    A test database is a copy under another name, so the owner's name decides.
    """
    return str(op.get_bind().scalar(text("SELECT current_user::text"))).removesuffix("_owner")


def allow(signature: str) -> None:
    """Let requests call a function, and nobody else."""
    _execute(f"REVOKE ALL ON FUNCTION {signature} FROM PUBLIC")
    _execute(f"GRANT EXECUTE ON FUNCTION {signature} TO {role_prefix()}_app")


def tenant_table(table: str) -> None:
    """Put a table with `workspace_id` under forced row-level security and grant it to `app`."""
    prefix = role_prefix()
    _secure(table)
    _execute(
        f"CREATE POLICY tenant ON {table} FOR ALL TO {prefix}_app "
        "USING (workspace_id = (SELECT app_workspace())) "
        "WITH CHECK (workspace_id = (SELECT app_workspace()))"
    )
    _execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO {prefix}_app")


def _secure(table: str) -> None:
    _execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    _execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    _execute(
        f"CREATE POLICY owner_all ON {table} FOR ALL TO {role_prefix()}_owner "
        "USING (true) WITH CHECK (true)"
    )


def _pipe_policy(table: str) -> None:
    _execute(
        f"CREATE POLICY pipe_all ON {table} FOR ALL TO {role_prefix()}_pipe "
        "USING (true) WITH CHECK (true)"
    )


def create_pipe_tables() -> None:
    """Log, relay, inbox and dead letters: the first migration of every service."""
    prefix = role_prefix()
    _execute(_APP_WORKSPACE)
    for statement in _PIPE_TABLES:
        _execute(statement)
    _secure("event_log")
    _secure("dead_letters")
    _pipe_policy("event_log")
    _pipe_policy("dead_letters")
    _execute(
        f"CREATE POLICY tenant_insert ON event_log FOR INSERT TO {prefix}_app "
        "WITH CHECK (workspace_id = (SELECT app_workspace()))"
    )
    _execute(
        f"CREATE POLICY tenant_select ON event_log FOR SELECT TO {prefix}_app "
        "USING (workspace_id = (SELECT app_workspace()))"
    )
    _execute(f"GRANT INSERT, SELECT ON event_log TO {prefix}_app")
    _execute(f"GRANT SELECT ON consumer_progress TO {prefix}_app")
    for table in _PIPE_DROPS:
        _execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO {prefix}_pipe")


def drop_pipe_tables() -> None:
    """Undo `create_pipe_tables`."""
    for table in _PIPE_DROPS:
        _execute(f"DROP TABLE {table}")
    _execute("DROP FUNCTION app_workspace()")


def count_starts_by_size() -> None:
    """Tell starts on one envelope from starts on a batch that it is the first of."""
    _execute("DELETE FROM ingest_attempts")
    _execute(
        """
        ALTER TABLE ingest_attempts
            DROP CONSTRAINT ingest_attempts_pkey,
            ADD COLUMN envelopes int NOT NULL,
            ADD COLUMN begun_at timestamptz NOT NULL DEFAULT clock_timestamp(),
            ADD PRIMARY KEY (source, pos, envelopes)
        """
    )


def count_starts_by_position() -> None:
    """Undo `count_starts_by_size`."""
    _execute("DELETE FROM ingest_attempts")
    _execute(
        """
        ALTER TABLE ingest_attempts
            DROP CONSTRAINT ingest_attempts_pkey,
            DROP COLUMN envelopes,
            DROP COLUMN begun_at,
            ADD PRIMARY KEY (source, pos)
        """
    )


def date_inbox() -> None:
    """Keep when an event happened beside its position, so that a position has a time."""
    _execute("ALTER TABLE inbox ADD COLUMN occurred_at timestamptz")


def undate_inbox() -> None:
    """Undo `date_inbox`."""
    _execute("ALTER TABLE inbox DROP COLUMN occurred_at")


def create_idempotency_table() -> None:
    """Stored answers by idempotency key, kept for a day, for services that take writes."""
    _execute(
        """
        CREATE TABLE idempotency_keys (
            workspace_id uuid NOT NULL,
            key text NOT NULL,
            fingerprint bytea NOT NULL,
            status int NOT NULL,
            headers jsonb NOT NULL,
            body bytea NOT NULL,
            created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
            PRIMARY KEY (workspace_id, key)
        )
        """
    )
    _execute("CREATE INDEX ix_idempotency_keys_created_at ON idempotency_keys (created_at)")
    tenant_table("idempotency_keys")
    prefix = role_prefix()
    # Housekeeping walks over all workspaces, by age alone.
    _pipe_policy("idempotency_keys")
    _execute(f"GRANT SELECT, DELETE ON idempotency_keys TO {prefix}_pipe")


def drop_idempotency_table() -> None:
    """Undo `create_idempotency_table`."""
    _execute("DROP TABLE idempotency_keys")
