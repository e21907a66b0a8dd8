"""What migrations add so that a client can be erased, and merged into another.

`erased_clients` and `client_aliases` are consulted when events arrive and when anything is
read: what comes late resurrects nothing, and a merged id still answers. `erase_messages` takes
the words out of log and dead letters; places and positions stay.
"""

from __future__ import annotations

from alembic import op

from shared.db.schema.tables import allow, role_prefix, tenant_table

_ERASED = """
CREATE TABLE erased_clients (
    client_id uuid NOT NULL,
    workspace_id uuid NOT NULL,
    erased_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT pk_erased_clients PRIMARY KEY (client_id)
)
"""

# Always flat: a target is never itself an alias.
_ALIASES = """
CREATE TABLE client_aliases (
    client_id uuid NOT NULL,
    workspace_id uuid NOT NULL,
    target_id uuid NOT NULL,
    merged_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT pk_client_aliases PRIMARY KEY (client_id),
    CONSTRAINT ck_client_aliases_target CHECK (target_id <> client_id)
)
"""

# A letter parked in this moment is waited for, and one parked later sees the erasure. A letter
# may be broken in the very place that says whose it is, so its text is looked through too.
# Events that tell of the erasure itself say no more than an id, and others still need it.
_ERASE_MESSAGES = """
CREATE FUNCTION erase_messages(erased uuid[], batch bigint) RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE rewritten bigint;
BEGIN
    LOCK TABLE dead_letters IN SHARE ROW EXCLUSIVE MODE;
    UPDATE dead_letters AS d
    SET detail = 'erased with its client', state = 'discarded',
        settled_at = coalesce(settled_at, clock_timestamp()),
        envelope = coalesce((
            SELECT jsonb_object_agg(part.key, part.value) FROM jsonb_each(d.envelope) AS part
            WHERE part.key IN ('specversion', 'id', 'source', 'type', 'subject', 'time',
                'workspace', 'client_id', 'aggregateversion', 'pos', 'epoch', 'correlationid',
                'causationid', 'traceparent')), '{}') || '{"data": {"erased": true}}'
    WHERE (d.workspace_id IS NULL OR d.workspace_id = app_workspace())
      AND (d.client_id = ANY (erased) OR EXISTS (
          SELECT FROM unnest(erased) AS gone(id)
          WHERE position(CAST(gone.id AS text) IN CAST(d.envelope AS text)) > 0));
    UPDATE event_log AS e
    SET actor = CASE WHEN actor ->> 'kind' = 'contact'
            THEN '{"kind": "contact", "id": null, "name": "erased"}' ELSE actor END,
        data = jsonb_build_object('erased', true) || CASE
            WHEN data #>> '{invoice,number}' IS NULL THEN '{}'
            ELSE jsonb_build_object('invoice', data -> 'invoice') END
    WHERE id IN (
        SELECT id FROM event_log
        WHERE workspace_id = app_workspace() AND client_id = ANY (erased)
          AND NOT coalesce(data @> '{"erased": true}', false)
          AND type NOT LIKE '%.client.deleted.v1' AND type NOT LIKE '%.client.erased.v1'
        ORDER BY id LIMIT batch);
    GET DIAGNOSTICS rewritten = ROW_COUNT;
    RETURN rewritten;
END
$$
"""

# Whoever parks a letter asks about the one client it is of, in whichever workspace.
_IS_ERASED = """
CREATE FUNCTION is_erased(client uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS
$$ SELECT EXISTS (SELECT FROM erased_clients WHERE client_id = client) $$
"""

# What was erased before erasures were reported is reported when they begin to be.
_REPORT = """
INSERT INTO event_log (event_id, workspace_id, client_id, type, subject, aggregate_version,
                       actor, correlation_id, data)
SELECT gen_random_uuid(), workspace_id, client_id, '{service}.client.erased.v1',
       'client/' || client_id, 1,
       jsonb_build_object('kind', 'system', 'id', null, 'name', '{service}'),
       gen_random_uuid(), jsonb_build_object(
           'client', jsonb_build_object('id', client_id), 'counts', '{{}}'::jsonb)
FROM erased_clients
"""


def create_erased_clients() -> None:
    """Create `erased_clients`, where a service does not have it yet."""
    op.execute(_ERASED)
    tenant_table("erased_clients")


def create_erasure() -> None:
    """Create `client_aliases` and `erase_messages`; `erased_clients` is there already."""
    prefix = role_prefix()
    op.execute(_ALIASES)
    op.execute("CREATE INDEX ix_client_aliases_target_id ON client_aliases (target_id)")
    tenant_table("client_aliases")
    op.execute(_ERASE_MESSAGES)
    allow("erase_messages(uuid[], bigint)")
    op.execute(_IS_ERASED)
    op.execute("REVOKE ALL ON FUNCTION is_erased(uuid) FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION is_erased(uuid) TO {prefix}_pipe")


def drop_erasure() -> None:
    """Undo `create_erasure`."""
    op.execute("DROP FUNCTION is_erased(uuid)")
    op.execute("DROP FUNCTION erase_messages(uuid[], bigint)")
    op.execute("DROP TABLE client_aliases")


def report_erased() -> None:
    """Report the clients that a service has erased already."""
    op.execute(_REPORT.format(service=role_prefix()))


def add_mentions() -> None:
    """Let stored answers say which ids they mention, so that a client's can be found."""
    op.execute("ALTER TABLE idempotency_keys ADD COLUMN mentions uuid[] NOT NULL DEFAULT '{}'")


def drop_mentions() -> None:
    """Undo `add_mentions`."""
    op.execute("ALTER TABLE idempotency_keys DROP COLUMN mentions")
