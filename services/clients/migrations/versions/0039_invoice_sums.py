"""What a workspace's invoices come to, kept as they change."""

from __future__ import annotations

from alembic import op

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
_ADD = f"""
    INSERT INTO invoice_sums AS k (workspace_id, status, currency, issued_on, due_on, slot,
                                   invoices, {", ".join(_AMOUNTS)})
    SELECT t.*, client_counts_slot(t.workspace_id), {{sums}}
    FROM ({{changed}}) AS c, LATERAL (
        SELECT c.workspace_id, c.status, c.currency, c.issued_on,
               CASE WHEN c.status IN ('issued', 'partially_paid') THEN c.due_on END AS due_on
    ) AS t
    GROUP BY t.workspace_id, t.status, t.currency, t.issued_on, t.due_on
    ON CONFLICT ON CONSTRAINT uq_invoice_sums DO UPDATE
    SET invoices = k.invoices + excluded.invoices,
        {", ".join(f"{name} = k.{name} + excluded.{name}" for name in _AMOUNTS)}
""".replace("{sums}", ", ".join(["sum(c.n)", *(f"sum(c.n * c.{name})" for name in _AMOUNTS)]))
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
    """Sum up the invoices that there are, and from now on each change.

    The triggers come first: they lock out whoever writes invoices until all are summed up.
    """
    op.execute(_SUMS)
    for name, (changed, when) in _TRIGGERS.items():
        op.execute(_COUNT.format(name=name, changed=changed))
        op.execute(f"CREATE TRIGGER {name} {when} EXECUTE FUNCTION {name}()")
        op.execute(f"REVOKE ALL ON FUNCTION {name}() FROM PUBLIC")
    op.execute(_ADD.format(changed="SELECT 1 AS n, invoices.* FROM invoices"))
    tenant_table("invoice_sums")
    op.execute(f"REVOKE INSERT, UPDATE, DELETE ON invoice_sums FROM {role_prefix()}_app")


def downgrade() -> None:
    """Drop them."""
    for name in _TRIGGERS:
        op.execute(f"DROP TRIGGER {name} ON invoices")
        op.execute(f"DROP FUNCTION {name}()")
    op.execute("DROP TABLE invoice_sums")
