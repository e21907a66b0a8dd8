"""Auto-invoicing: when each client is due, the runs with what came of them, and reminders."""

from __future__ import annotations

from alembic import op

from shared.db.schema.online import check, in_portions
from shared.db.schema.tables import allow, tenant_table

revision = "0034"
down_revision = "0033"

_TABLES = {
    # A client has a row for as long as it is invoiced by itself. `due_on` is worked out from the
    # rest by whoever finds it empty.
    "invoicing_schedules": """
        CREATE TABLE invoicing_schedules (
            client_id uuid CONSTRAINT pk_invoicing_schedules PRIMARY KEY
                CONSTRAINT fk_invoicing_schedules_client REFERENCES clients ON DELETE CASCADE,
            workspace_id uuid NOT NULL,
            since timestamptz NOT NULL,
            invoiced_until date,
            due_on date,
            retry_at timestamptz
        )
    """,
    "billing_runs": """
        CREATE TABLE billing_runs (
            id uuid CONSTRAINT pk_billing_runs PRIMARY KEY,
            workspace_id uuid NOT NULL,
            job_id uuid NOT NULL,
            state text NOT NULL,
            as_of timestamptz NOT NULL,
            issues boolean NOT NULL,
            started_by text,
            clients int NOT NULL,
            invoiced int NOT NULL,
            failed int NOT NULL,
            created_at timestamptz NOT NULL,
            finished_at timestamptz
        )
    """,
    "billing_run_items": """
        CREATE TABLE billing_run_items (
            id uuid CONSTRAINT pk_billing_run_items PRIMARY KEY,
            workspace_id uuid NOT NULL,
            run_id uuid NOT NULL
                CONSTRAINT fk_billing_run_items_run REFERENCES billing_runs ON DELETE CASCADE,
            client_id uuid NOT NULL,
            client_name text NOT NULL,
            period_start date NOT NULL,
            period_end date NOT NULL,
            currency text,
            outcome text NOT NULL,
            invoice_id uuid,
            number text,
            total numeric(18, 4),
            errors jsonb NOT NULL
        )
    """,
}
_INDEXES = (
    "CREATE INDEX ix_invoicing_schedules_due ON invoicing_schedules (workspace_id, due_on)",
    "CREATE INDEX ix_billing_runs_list ON billing_runs (workspace_id, id)",
    (
        "CREATE UNIQUE INDEX uq_billing_runs_open ON billing_runs (workspace_id) "
        "WHERE state = 'running'"
    ),
    "CREATE INDEX ix_billing_run_items_run ON billing_run_items (run_id, id)",
    # A client is invoiced once for a period in a currency, whoever runs.
    (
        "CREATE UNIQUE INDEX uq_billing_run_items_period ON billing_run_items "
        "(client_id, period_end, currency) WHERE outcome IN ('issued', 'drafted')"
    ),
)
_COLUMNS = (
    # Where nothing is said, it is by the month.
    "ALTER TABLE clients ADD IF NOT EXISTS auto_invoicing_frequency text",
    (
        "ALTER TABLE workspaces ADD IF NOT EXISTS auto_invoicing_issues boolean NOT NULL DEFAULT "
        "false, ADD IF NOT EXISTS invoice_due_days int, "
        "ADD IF NOT EXISTS reminder_days int[] NOT NULL DEFAULT '{3,14,30}'"
    ),
    "ALTER TABLE invoices ADD IF NOT EXISTS reminded_days int",
)
_INVOICED = "{0}.auto_invoicing AND {0}.status = 'active' AND NOT {0}.internal"
# Whichever command changes a client, its row here comes and goes in the same transaction.
_KEEP = f"""
    CREATE FUNCTION keep_invoicing_schedule() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF {_INVOICED.format("NEW")} THEN
            INSERT INTO invoicing_schedules (client_id, workspace_id, since)
            VALUES (NEW.id, NEW.workspace_id, NEW.updated_at)
            ON CONFLICT (client_id) DO UPDATE SET due_on = NULL, retry_at = NULL;
        ELSE
            DELETE FROM invoicing_schedules WHERE client_id = NEW.id;
        END IF;
        RETURN NULL;
    END $$
"""
# Whoever changes one of these clients meanwhile waits until it has its row, or is seen as changed.
_BEFORE = f"""
    INSERT INTO invoicing_schedules (client_id, workspace_id, since)
    SELECT c.id, c.workspace_id, now() FROM clients AS c
    WHERE c.id = ANY (:keys) AND {_INVOICED.format("c")} FOR UPDATE
    ON CONFLICT DO NOTHING
"""
_TRIGGERS = {
    "keep_invoicing_schedule_made": "AFTER INSERT ON clients FOR EACH ROW WHEN "
    "(NEW.auto_invoicing)",
    "keep_invoicing_schedule_changed": "AFTER UPDATE ON clients FOR EACH ROW WHEN "
    "((OLD.auto_invoicing, OLD.status, OLD.internal, OLD.auto_invoicing_frequency) IS DISTINCT "
    "FROM (NEW.auto_invoicing, NEW.status, NEW.internal, NEW.auto_invoicing_frequency))",
}
_SAFE = "SECURITY DEFINER SET search_path = public, pg_temp"
_OF_JOBS = {
    "workspaces_to_invoice(timestamptz)": f"""
        CREATE FUNCTION workspaces_to_invoice(moment timestamptz) RETURNS SETOF uuid
        LANGUAGE sql STABLE {_SAFE} AS $$
            SELECT DISTINCT s.workspace_id
            FROM invoicing_schedules AS s JOIN workspaces AS w USING (workspace_id)
            WHERE coalesce(s.due_on, '-infinity') <= (moment AT TIME ZONE w.time_zone)::date
              AND coalesce(s.retry_at, '-infinity') <= moment
        $$
    """,
    "invoices_to_remind(timestamptz, int)": f"""
        CREATE FUNCTION invoices_to_remind(moment timestamptz, most int)
        RETURNS TABLE (workspace_id uuid, id uuid, days int)
        LANGUAGE sql STABLE {_SAFE} AS $$
            SELECT i.workspace_id, i.id, max(d.days)
            FROM invoices AS i JOIN workspaces AS w USING (workspace_id),
                 unnest(w.reminder_days) AS d (days)
            WHERE i.status IN ('issued', 'partially_paid')
              AND (moment AT TIME ZONE w.time_zone)::date - (i.due_on + d.days) BETWEEN 0 AND 6
              AND coalesce(i.reminded_days, -1) < d.days
            GROUP BY i.workspace_id, i.id LIMIT most
        $$
    """,
}


def upgrade() -> None:
    """Create them; who has asked to be invoiced by itself is, from now on."""
    downgrade()  # What a run that broke off has left.
    for statement in _COLUMNS:
        op.execute(statement)
    check(
        "clients",
        "clients_auto_invoicing_frequency_check",
        "auto_invoicing_frequency IN ('weekly', 'biweekly', 'monthly')",
    )
    for table, statement in _TABLES.items():
        op.execute(statement)
        tenant_table(table)
    for statement in (*_INDEXES, _KEEP, *_OF_JOBS.values()):
        op.execute(statement)
    for name, when in _TRIGGERS.items():
        op.execute(f"CREATE TRIGGER {name} {when} EXECUTE FUNCTION keep_invoicing_schedule()")
    for signature in _OF_JOBS:
        allow(signature)
    in_portions("clients", _BEFORE)


def downgrade() -> None:
    """Drop them all."""
    for name in _TRIGGERS:
        op.execute(f"DROP TRIGGER IF EXISTS {name} ON clients")
    op.execute("DROP FUNCTION IF EXISTS keep_invoicing_schedule()")
    for signature in _OF_JOBS:
        op.execute(f"DROP FUNCTION IF EXISTS {signature}")
    op.execute("ALTER TABLE clients DROP IF EXISTS auto_invoicing_frequency")
    op.execute(
        "ALTER TABLE workspaces DROP IF EXISTS auto_invoicing_issues, "
        "DROP IF EXISTS invoice_due_days, DROP IF EXISTS reminder_days"
    )
    op.execute("ALTER TABLE invoices DROP IF EXISTS reminded_days")
    for table in reversed(_TABLES):
        op.execute(f"DROP TABLE IF EXISTS {table}")
