"""Writing facts and totals, set by set.

Every statement takes its rows in order of id, and those of a client's totals first, so two
batches of one client wait for each other and never in a circle.
"""

from __future__ import annotations

from collections.abc import Sequence

import orjson
from sqlalchemy import Connection, text

from services.metrics.totals.rules import Fact
from shared.db.pipelining import send
from shared.messaging.erasure import (
    Erasure,
    Merge,
    remember_aliases,
    remember_erased,
    report,
    report_statement,
)

# A batch that is applied while its client is deleted by another must not add a row behind
# the deletion's back. This lock waits for all whose transaction has written facts; those that
# write later wait for it before their statement takes its snapshot, so they see the erasure.
# Writing costs no statement more.
_EXCLUDE = text(
    "LOCK TABLE project_facts, invoice_facts, client_metrics IN SHARE ROW EXCLUSIVE MODE"
)

# The totals of all clients concerned are made where missing and locked: an update whose
# condition is never true still locks its row, and leaves no dead one behind. Beside that the
# facts are taken over that are newer than what is known.
_TAKE_OVER = text(
    """
    WITH projects AS (
        SELECT f.id, f.workspace_id, coalesce(a.target_id, f.client_id) AS client_id, f.version,
               f.status, f.deleted
        FROM jsonb_to_recordset(CAST(:projects AS jsonb)) AS f(
            id uuid, workspace_id uuid, client_id uuid, version bigint, status text,
            deleted boolean)
        LEFT JOIN client_aliases a ON a.client_id = f.client_id
        WHERE NOT EXISTS (SELECT 1 FROM erased_clients x WHERE x.client_id = f.client_id)
    ), invoices AS (
        SELECT f.id, f.workspace_id, coalesce(a.target_id, f.client_id) AS client_id, f.version,
               f.status, f.currency, f.total, f.amount_paid, f.amount_credited, f.issued_on,
               f.due_on, f.paid_on, f.deleted,
               x.client_id IS NULL AS living
        FROM jsonb_to_recordset(CAST(:invoices AS jsonb)) AS f(
            id uuid, workspace_id uuid, client_id uuid, version bigint, status text,
            currency text, total numeric, amount_paid numeric, amount_credited numeric,
            issued_on date, due_on date, paid_on date, deleted boolean, booked boolean)
        LEFT JOIN client_aliases a ON a.client_id = f.client_id
        LEFT JOIN erased_clients x ON x.client_id = f.client_id
        WHERE x.client_id IS NULL OR f.booked
    ), projects_taken AS (
        INSERT INTO project_facts (project_id, workspace_id, client_id, version, status, deleted)
        SELECT id, workspace_id, client_id, version, status, deleted FROM projects ORDER BY id
        ON CONFLICT (project_id) DO UPDATE
        SET client_id = excluded.client_id, version = excluded.version,
            status = excluded.status, deleted = excluded.deleted
        WHERE excluded.version > project_facts.version
    ), invoices_taken AS (
        INSERT INTO invoice_facts (invoice_id, workspace_id, client_id, version, status, currency,
                                   total, amount_paid, amount_credited, issued_on, due_on,
                                   paid_on, deleted)
        SELECT id, workspace_id, client_id, version, status, currency,
               total, amount_paid, amount_credited, issued_on, due_on, paid_on, deleted
        FROM invoices ORDER BY id
        ON CONFLICT (invoice_id) DO UPDATE
        SET client_id = excluded.client_id, version = excluded.version,
            status = excluded.status, currency = excluded.currency, total = excluded.total,
            amount_paid = excluded.amount_paid, amount_credited = excluded.amount_credited,
            issued_on = excluded.issued_on, due_on = excluded.due_on,
            paid_on = excluded.paid_on, deleted = excluded.deleted
        WHERE excluded.version > invoice_facts.version
    )
    INSERT INTO client_metrics (client_id, workspace_id)
    SELECT client_id, workspace_id FROM projects
    UNION SELECT client_id, workspace_id FROM invoices WHERE living
    ORDER BY client_id
    ON CONFLICT (client_id) DO UPDATE SET client_id = excluded.client_id WHERE false
    """
)

# M1. Issued: left the draft and not void. Revenue: the totals of paid invoices less their credit
# notes, so a refund that reopens an invoice takes all of it out again.
_WRITE_TOTALS = text(
    """
    UPDATE client_metrics AS m
    SET active_projects = p.active, invoices_issued = i.issued, paid_invoices = i.paid,
        total_revenue = i.revenue
    FROM (
        SELECT DISTINCT coalesce(a.target_id, t.client_id)
        FROM unnest(CAST(:clients AS uuid[])) AS t(client_id)
        LEFT JOIN client_aliases AS a ON a.client_id = t.client_id
    ) AS touched(client_id)
    CROSS JOIN LATERAL (
        SELECT count(*) AS active FROM project_facts f
        WHERE f.client_id = touched.client_id AND f.status = 'active' AND NOT f.deleted
    ) AS p
    CROSS JOIN LATERAL (
        SELECT coalesce(sum(c.issued), 0) AS issued, coalesce(sum(c.paid), 0) AS paid,
               coalesce(jsonb_agg(
                   jsonb_build_object('currency', c.currency, 'amount', CAST(c.revenue AS text))
                   ORDER BY c.currency) FILTER (WHERE c.paid > 0), '[]') AS revenue
        FROM (
            SELECT f.currency, count(*) AS issued,
                   count(*) FILTER (WHERE f.status = 'paid') AS paid,
                   sum(f.total - f.amount_credited) FILTER (WHERE f.status = 'paid') AS revenue
            FROM invoice_facts f
            WHERE f.client_id = touched.client_id AND NOT f.deleted
              AND f.status NOT IN ('draft', 'void')
            GROUP BY f.currency
        ) AS c
    ) AS i
    WHERE m.client_id = touched.client_id
      AND (m.active_projects, m.invoices_issued, m.paid_invoices, m.total_revenue)
          IS DISTINCT FROM (p.active, i.issued, i.paid, i.revenue)
    """
)

# Facts of issued invoices stay, under the id of the client that is gone: the books are not
# erased. They count for no client any more.
_ERASE = report_statement(
    "metrics",
    """projects AS (
        DELETE FROM project_facts WHERE client_id = ANY (CAST(:clients AS uuid[])) RETURNING 1
    ), drafts AS (
        DELETE FROM invoice_facts WHERE client_id = ANY (CAST(:clients AS uuid[]))
          AND (status = 'draft' OR issued_on IS NULL) RETURNING 1
    ), totals AS (
        DELETE FROM client_metrics WHERE client_id = ANY (CAST(:clients AS uuid[]))
    ), booked AS (
        UPDATE invoice_facts SET client_id = CAST(:client AS uuid)
        WHERE client_id = ANY (CAST(:clients AS uuid[])) AND client_id <> CAST(:client AS uuid)
          AND status <> 'draft' AND issued_on IS NOT NULL
    )""",
    {
        "projects": "(SELECT count(*) FROM projects)",
        "invoices": "(SELECT count(*) FROM drafts)",
    },
)
# Totals of the survivor are made where missing, as its facts may all be the other's; those of
# an erased one are not.
_TARGET = """coalesce(
    (SELECT target_id FROM client_aliases WHERE client_id = CAST(:target AS uuid)),
    CAST(:target AS uuid))"""
_MERGE = (
    f"""
    UPDATE project_facts SET client_id = {_TARGET}
    WHERE client_id = ANY (CAST(:sources AS uuid[]))
    """,
    f"""
    UPDATE invoice_facts SET client_id = {_TARGET}
    WHERE client_id = ANY (CAST(:sources AS uuid[]))
    """,
    "DELETE FROM client_metrics WHERE client_id = ANY (CAST(:sources AS uuid[]))",
    f"""
    INSERT INTO client_metrics (client_id, workspace_id)
    SELECT target.id, CAST(:workspace AS uuid) FROM (SELECT {_TARGET}) AS target(id)
    WHERE NOT EXISTS (SELECT FROM erased_clients AS x WHERE x.client_id = target.id)
    ON CONFLICT (client_id) DO NOTHING
    """,
)


def keep_everyone_out(connection: Connection) -> None:
    """Wait for all that write facts and hold them off until this transaction ends."""
    connection.execute(_EXCLUDE)


def take_over(connection: Connection, projects: Sequence[Fact], invoices: Sequence[Fact]) -> None:
    """Take over the facts that are newer than what is known.

    The totals of their clients are locked until the transaction ends.
    """
    parameters = {
        "projects": orjson.dumps(projects).decode(),
        "invoices": orjson.dumps(invoices).decode(),
    }
    send(connection, _TAKE_OVER, parameters)


def write_totals(connection: Connection, client_ids: Sequence[str]) -> None:
    """Count the totals anew from the facts, once the clients' rows are locked.

    A statement after the lock on purpose: its snapshot starts then, so it sees the facts of
    whoever held the rows before.
    """
    send(connection, _WRITE_TOTALS, {"clients": list(client_ids)})


def erase_client(connection: Connection, erasure: Erasure) -> None:
    """Delete the client's facts and totals, but for what stands in the books, and report it."""
    keep_everyone_out(connection)
    remember_erased(connection, erasure)
    report(connection, _ERASE, erasure)


def merge_client(connection: Connection, merge: Merge) -> None:
    """Give the source's facts to the target, and count the target anew."""
    keep_everyone_out(connection)
    sources = [merge.source, *merge.followers]
    remember_aliases(connection, merge.workspace_id, sources, merge.target)
    given = {"sources": sources, "target": merge.target, "workspace": merge.workspace_id}
    for statement in _MERGE:
        connection.execute(text(statement), given)
    write_totals(connection, [merge.target])
