"""Since when each client has quarterly reports, and of which it has had one: none is left out."""

from __future__ import annotations

from alembic import op

from shared.db.schema.online import in_portions
from shared.db.schema.tables import allow, tenant_table

revision = "0046"
down_revision = "0045"

# A client has a row for as long as its reports are made by themselves.
_TABLE = """
    CREATE TABLE report_schedules (
        client_id uuid CONSTRAINT pk_report_schedules PRIMARY KEY
            CONSTRAINT fk_report_schedules_client REFERENCES clients ON DELETE CASCADE,
        workspace_id uuid NOT NULL,
        since timestamptz NOT NULL,
        reported_until date,
        reported_at timestamptz
    )
"""
_INDEX = "CREATE INDEX ix_report_schedules_workspace ON report_schedules (workspace_id, client_id)"
_REPORTED = "{0}.quarterly_reports AND {0}.status = 'active' AND NOT {0}.internal"
# Whichever command changes a client, its row here comes and goes in the same transaction.
_KEEP = f"""
    CREATE FUNCTION keep_report_schedule() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF {_REPORTED.format("NEW")} THEN
            INSERT INTO report_schedules (client_id, workspace_id, since)
            VALUES (NEW.id, NEW.workspace_id, NEW.updated_at) ON CONFLICT DO NOTHING;
        ELSE
            DELETE FROM report_schedules WHERE client_id = NEW.id;
        END IF;
        RETURN NULL;
    END $$
"""
# Whoever changes one of these clients meanwhile waits until it has its row, or is seen as changed.
_FILL = f"""
    INSERT INTO report_schedules (client_id, workspace_id, since)
    SELECT c.id, c.workspace_id, now() FROM clients AS c
    WHERE c.id = ANY (:keys) AND {_REPORTED.format("c")} FOR UPDATE
    ON CONFLICT DO NOTHING
"""
_TRIGGERS = {
    "keep_report_schedule_made": "AFTER INSERT ON clients FOR EACH ROW WHEN "
    "(NEW.quarterly_reports)",
    "keep_report_schedule_changed": "AFTER UPDATE ON clients FOR EACH ROW WHEN "
    "((OLD.quarterly_reports, OLD.status, OLD.internal) IS DISTINCT "
    "FROM (NEW.quarterly_reports, NEW.status, NEW.internal))",
}
_SAFE = "SECURITY DEFINER SET search_path = public, pg_temp"
_TO_REPORT = f"""
    CREATE FUNCTION workspaces_to_report(moment timestamptz) RETURNS SETOF uuid
    LANGUAGE sql STABLE {_SAFE} AS $$
        SELECT DISTINCT s.workspace_id
        FROM report_schedules AS s JOIN workspaces AS w USING (workspace_id)
        WHERE coalesce(s.reported_until, '-infinity')
            < date_trunc('quarter', moment AT TIME ZONE w.time_zone)::date - 1
    $$
"""
_BEFORE = f"""
    CREATE FUNCTION workspaces_with_reports() RETURNS SETOF uuid
    LANGUAGE sql STABLE {_SAFE} AS $$
        SELECT DISTINCT workspace_id FROM clients WHERE quarterly_reports
    $$
"""


def upgrade() -> None:
    """Create it; who has reports now goes on to have them."""
    _drop()  # What a run that broke off has left.
    op.execute(_TABLE)
    tenant_table("report_schedules")
    for statement in (_INDEX, _KEEP, _TO_REPORT):
        op.execute(statement)
    for name, when in _TRIGGERS.items():
        op.execute(f"CREATE TRIGGER {name} {when} EXECUTE FUNCTION keep_report_schedule()")
    allow("workspaces_to_report(timestamptz)")
    op.execute("DROP FUNCTION IF EXISTS workspaces_with_reports()")
    in_portions("clients", _FILL)


def downgrade() -> None:
    """Ask the clients again."""
    op.execute(_BEFORE)
    allow("workspaces_with_reports()")
    _drop()


def _drop() -> None:
    for name in _TRIGGERS:
        op.execute(f"DROP TRIGGER IF EXISTS {name} ON clients")
    op.execute("DROP FUNCTION IF EXISTS keep_report_schedule()")
    op.execute("DROP FUNCTION IF EXISTS workspaces_to_report(timestamptz)")
    op.execute("DROP TABLE IF EXISTS report_schedules")
