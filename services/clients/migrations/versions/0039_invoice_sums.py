"""What a workspace's invoices come to, kept as they change."""

from __future__ import annotations

from alembic import op
from sqlalchemy import text

from shared.db.schema.online import apart, as_of_now
from shared.db.schema.tables import role_prefix, tenant_table

revision = "0039"
down_revision = "0038"

# The sum over the slots is what counts: whoever changes it does so in a slot that nobody else
# writes to meanwhile, as with the numbers of clients. A day on which something is due matters
# while it is open, so that there are as many rows as there are days, however many the invoices.
_SUMS = """
CREATE TABLE invoice_sums (
    workspace_id uuid NOT NULL,
    status text COLLATE "C" NOT NULL,
    currency text COLLATE "C" NOT NULL,
    issued_on date,
    due_on date,
    slot int NOT NULL,
    invoices bigint NOT NULL,
    total numeric NOT NULL,
    amount_paid numeric NOT NULL,
    amount_credited numeric NOT NULL,
    CONSTRAINT uq_invoice_sums UNIQUE NULLS NOT DISTINCT
        (workspace_id, status, currency, issued_on, due_on, slot)
) WITH (fillfactor = 50)
"""
_AMOUNTS = ("total", "amount_paid", "amount_credited")
_COLUMNS = ("workspace_id", "status", "currency", "issued_on", "due_on", *_AMOUNTS)
_SUMMED = f"""
    SELECT t.*, sum(c.n) AS invoices,
           {", ".join(f"sum(c.n * c.{name}) AS {name}" for name in _AMOUNTS)}
    FROM ({{changed}}) AS c, LATERAL (
        SELECT c.workspace_id, c.status, c.currency, c.issued_on,
               CASE WHEN c.status IN ('issued', 'partially_paid') THEN c.due_on END AS due_on
    ) AS t
    GROUP BY t.workspace_id, t.status, t.currency, t.issued_on, t.due_on
"""
_KEY = ("workspace_id", "status", "currency", "issued_on", "due_on")
_ADD = f"""
    INSERT INTO invoice_sums AS k ({", ".join(_KEY)}, slot, invoices, {", ".join(_AMOUNTS)})
    SELECT {", ".join(f"t.{name}" for name in _KEY)}, client_counts_slot(t.workspace_id),
           t.invoices, {", ".join(f"t.{name}" for name in _AMOUNTS)}
    FROM ({{summed}}) AS t
    ON CONFLICT ON CONSTRAINT uq_invoice_sums DO UPDATE
    SET invoices = k.invoices + excluded.invoices,
        {", ".join(f"{name} = k.{name} + excluded.{name}" for name in _AMOUNTS)}
"""
# As the owner: who changes invoices changes the sums by that alone, and in no other way. A row
# that is down to nothing goes, or every day on which something was open would leave one.
_COUNT = f"""
CREATE FUNCTION {{name}}() RETURNS trigger
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS
$$
DECLARE kept record;
BEGIN
    FOR kept IN {_ADD} RETURNING k.ctid AS place, k.invoices, {", ".join(_AMOUNTS)} LOOP
        IF (kept.invoices, {", ".join(f"kept.{name}" for name in _AMOUNTS)}) = (0, 0, 0, 0) THEN
            DELETE FROM invoice_sums WHERE ctid = kept.place;
        END IF;
    END LOOP;
    RETURN NULL;
END
$$
"""
_BEFORE = text(_SUMMED.format(changed="SELECT 1 AS n, invoices.* FROM invoices"))
_SUM = """
    SELECT CAST(:workspace_id AS uuid) AS workspace_id, CAST(:status AS text) AS status,
           CAST(:currency AS text) AS currency, CAST(:issued_on AS date) AS issued_on,
           CAST(:due_on AS date) AS due_on, CAST(:invoices AS bigint) AS invoices,
           CAST(:total AS numeric) AS total, CAST(:amount_paid AS numeric) AS amount_paid,
           CAST(:amount_credited AS numeric) AS amount_credited
"""
_PUT = text(_ADD.format(summed=_SUM))
_OLD, _NEW = (", ".join(f"{row}.{column}" for column in _COLUMNS) for row in ("OLD", "NEW"))
_CHANGED = f"""
    SELECT v.* FROM (VALUES (-1, {_OLD}), (1, {_NEW})) AS v (n, {", ".join(_COLUMNS)})
"""
_TRIGGERS = {
    "sum_made_invoices": (
        "SELECT 1 AS n, made.* FROM made",
        "AFTER INSERT ON invoices REFERENCING NEW TABLE AS made FOR EACH STATEMENT",
    ),
    "sum_gone_invoices": (
        "SELECT -1 AS n, gone.* FROM gone",
        "AFTER DELETE ON invoices REFERENCING OLD TABLE AS gone FOR EACH STATEMENT",
    ),
    "sum_changed_invoice": (
        _CHANGED,
        f"AFTER UPDATE ON invoices FOR EACH ROW WHEN (({_OLD}) IS DISTINCT FROM ({_NEW}))",
    ),
}


def upgrade() -> None:
    """Sum up each change from now on, and the invoices that there are as they were before that.

    Whoever writes invoices is kept out while the triggers are made, and not while sums are.
    """
    downgrade()  # What a run that broke off has left.
    op.execute(_SUMS)
    for name, (changed, when) in _TRIGGERS.items():
        op.execute(_COUNT.format(name=name, summed=_SUMMED.format(changed=changed)))
        op.execute(f"CREATE TRIGGER {name} {when} EXECUTE FUNCTION {name}()")
        op.execute(f"REVOKE ALL ON FUNCTION {name}() FROM PUBLIC")
    tenant_table("invoice_sums")
    op.execute(f"REVOKE INSERT, UPDATE, DELETE ON invoice_sums FROM {role_prefix()}_app")
    with as_of_now() as before, apart() as connection:
        for summed in before.execute(_BEFORE).mappings():
            connection.execute(_PUT, dict(summed))


def downgrade() -> None:
    """Drop them."""
    for name in _TRIGGERS:
        op.execute(f"DROP TRIGGER IF EXISTS {name} ON invoices")
        op.execute(f"DROP FUNCTION IF EXISTS {name}()")
    op.execute("DROP TABLE IF EXISTS invoice_sums")
