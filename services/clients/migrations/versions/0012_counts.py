"""How many clients have what, kept as they change."""

from __future__ import annotations

from alembic import op
from sqlalchemy import text

from shared.db.schema.online import apart, as_of_now
from shared.db.schema.tables import role_prefix, tenant_table

revision = "0012"
down_revision = "0011"

# A sum over the slots is a number. Whoever changes a number does so in a slot that nobody else
# writes to meanwhile. Every client has one row of each facet, so that either gives the totals
# by status.
_COUNTS = """
CREATE TABLE client_counts (
    workspace_id uuid NOT NULL,
    facet text COLLATE "C" NOT NULL,
    status text COLLATE "C" NOT NULL,
    value text COLLATE "C",
    slot int NOT NULL,
    clients bigint NOT NULL,
    CONSTRAINT uq_client_counts UNIQUE NULLS NOT DISTINCT
        (workspace_id, facet, status, value, slot)
) WITH (fillfactor = 50)
"""

# The first slot of the workspace that no other transaction has. It never waits, and there are
# as many slots as there were writers at once. Other locks of a workspace lie below 2,048.
_SLOT = """
CREATE FUNCTION client_counts_slot(whose uuid) RETURNS int
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, public, pg_temp AS
$$
DECLARE slot int := 0;
BEGIN
    WHILE NOT pg_try_advisory_xact_lock(hashtext(whose::text), 2048 + slot) LOOP
        slot := slot + 1;
    END LOOP;
    RETURN slot;
END
$$
"""

# As the owner: who changes clients changes the numbers by that alone, and in no other way.
_COUNT = """
CREATE FUNCTION {name}() RETURNS trigger
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS
$$
BEGIN
    {count};
    RETURN NULL;
END
$$
"""
_COUNTED = """
    SELECT c.workspace_id, f.facet, c.status, f.value, sum(c.n) AS clients
    FROM ({changed}) AS c, LATERAL (VALUES
        ('industry', c.industry), ('company_size', c.company_size),
        ('primary_service_type', c.primary_service_type), ('owner_id', CAST(c.owner_id AS text))
    ) AS f (facet, value)
    GROUP BY c.workspace_id, f.facet, c.status, f.value HAVING sum(c.n) <> 0
"""
_ADD = """
    INSERT INTO client_counts AS k (workspace_id, facet, status, value, slot, clients)
    SELECT t.workspace_id, t.facet, t.status, t.value, client_counts_slot(t.workspace_id), t.clients
    FROM ({counted}) AS t (workspace_id, facet, status, value, clients)
    ON CONFLICT ON CONSTRAINT uq_client_counts
    DO UPDATE SET clients = k.clients + excluded.clients
"""
_COLUMNS = (
    "workspace_id",
    "status",
    "industry",
    "company_size",
    "primary_service_type",
    "owner_id",
)
_OLD, _NEW = (", ".join(f"{row}.{column}" for column in _COLUMNS) for row in ("OLD", "NEW"))
_MADE = "SELECT 1 AS n, made.* FROM made"
_GONE = "SELECT -1 AS n, gone.* FROM gone"
_CHANGED = f"""
    SELECT v.* FROM (VALUES (-1, {_OLD}), (1, {_NEW})) AS v (n, {", ".join(_COLUMNS)})
"""

_BEFORE = text(_COUNTED.format(changed="SELECT 1 AS n, clients.* FROM clients"))
_PUT = text(
    _ADD.format(
        counted="""
    SELECT CAST(:workspace_id AS uuid), CAST(:facet AS text), CAST(:status AS text),
           CAST(:value AS text), CAST(:clients AS bigint)"""
    )
)

# Rows made or deleted are counted together, however many. Most changes leave what is counted
# alone: they are let pass row by row, before anything is called.
_TRIGGERS = {
    "count_made_clients": (
        _MADE,
        "AFTER INSERT ON clients REFERENCING NEW TABLE AS made FOR EACH STATEMENT",
    ),
    "count_gone_clients": (
        _GONE,
        "AFTER DELETE ON clients REFERENCING OLD TABLE AS gone FOR EACH STATEMENT",
    ),
    "count_changed_client": (
        _CHANGED,
        f"AFTER UPDATE ON clients FOR EACH ROW WHEN (({_OLD}) IS DISTINCT FROM ({_NEW}))",
    ),
}


def upgrade() -> None:
    """Count each change from now on, and the clients that there are as they were before that.

    Whoever writes clients is kept out while the triggers are made, and not while they are counted.
    """
    downgrade()  # What a run that broke off has left.
    op.execute(_COUNTS)
    op.execute(_SLOT)
    for name, (changed, when) in _TRIGGERS.items():
        count = _ADD.format(counted=_COUNTED.format(changed=changed))
        op.execute(_COUNT.format(name=name, count=count))
        op.execute(f"CREATE TRIGGER {name} {when} EXECUTE FUNCTION {name}()")
        op.execute(f"REVOKE ALL ON FUNCTION {name}() FROM PUBLIC")
    tenant_table("client_counts")
    op.execute(f"REVOKE INSERT, UPDATE, DELETE ON client_counts FROM {role_prefix()}_app")
    with as_of_now() as before, apart() as connection:
        for counted in before.execute(_BEFORE).mappings():
            connection.execute(_PUT, dict(counted))


def downgrade() -> None:
    """Drop them."""
    for name in _TRIGGERS:
        op.execute(f"DROP TRIGGER IF EXISTS {name} ON clients")
        op.execute(f"DROP FUNCTION IF EXISTS {name}()")
    op.execute("DROP FUNCTION IF EXISTS client_counts_slot(uuid)")
    op.execute("DROP TABLE IF EXISTS client_counts")
