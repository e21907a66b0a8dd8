"""Parts of the statements that sum up facts about invoices."""

from __future__ import annotations

#: How many clients the workspace's numbers name per currency.
TOP_CLIENTS = 5

# Where a source is counted up to; one row per source, all else alike in each.
POSITION = """
           p.source, CAST(p.epoch AS text) AS epoch, p.contiguous_pos,
           p.contiguous_at, greatest(p.known_head - p.contiguous_pos, 0) AS lag,
           CAST(extract(epoch FROM clock_timestamp() - p.level_at) AS float) AS behind,
           CAST(extract(epoch FROM clock_timestamp() - coalesce(p.head_seen_at, p.level_at))
                AS float) AS unseen
"""


def figures(scope: str) -> str:
    """Two tables for a `WITH`: `issued`, the facts of issued invoices in scope, and `figures`,
    one row of what is open, of how long payment takes and of revenue by month.

    Wants `:today`, and `:since`, the first day of the earliest month.
    """
    return f"""
    issued AS (
        SELECT f.client_id, f.currency, f.status, f.issued_on, f.due_on, f.paid_on,
               f.total - f.amount_credited AS net,
               f.total - f.amount_credited - f.amount_paid AS open
        FROM invoice_facts f
        WHERE {scope} AND NOT f.deleted AND f.status NOT IN ('draft', 'void')
    ), figures AS (
        SELECT (
            SELECT coalesce(jsonb_agg(to_jsonb(c) ORDER BY c.currency), '[]') FROM (
                SELECT currency, CAST(sum(open) AS text) AS outstanding,
                       CAST(coalesce(sum(open) FILTER (WHERE due_on < :today), 0) AS text)
                           AS overdue,
                       count(*) FILTER (WHERE due_on < :today) AS overdue_invoices
                FROM issued WHERE status IN ('issued', 'partially_paid') GROUP BY currency
            ) AS c
        ) AS open_items, (
            SELECT round(avg(greatest(paid_on - issued_on, 0)), 1) FROM issued WHERE status = 'paid'
        ) AS days_to_pay, (
            SELECT coalesce(jsonb_agg(to_jsonb(m) ORDER BY m.month, m.currency), '[]') FROM (
                SELECT to_char(paid_on, 'YYYY-MM') AS month, currency,
                       CAST(sum(net) AS text) AS amount
                FROM issued WHERE status = 'paid' AND paid_on >= :since
                GROUP BY to_char(paid_on, 'YYYY-MM'), currency
            ) AS m
        ) AS months
    )"""


#: A table for a `WITH` after `figures`: the numbers of a whole workspace in one row. Wants `:most`.
TOTALS = """
    totals AS (
        SELECT (
            SELECT count(*) FROM project_facts WHERE status = 'active' AND NOT deleted
        ) AS active_projects, (
            SELECT count(*) FROM issued
        ) AS invoices_issued, (
            SELECT count(*) FROM issued WHERE status = 'paid'
        ) AS paid_invoices, (
            SELECT coalesce(jsonb_agg(to_jsonb(r) ORDER BY r.currency), '[]') FROM (
                SELECT currency, CAST(sum(net) AS text) AS amount
                FROM issued WHERE status = 'paid' GROUP BY currency
            ) AS r
        ) AS total_revenue, (
            SELECT coalesce(jsonb_agg(jsonb_build_object(
                       'client_id', t.client_id, 'currency', t.currency,
                       'amount', CAST(t.amount AS text)) ORDER BY t.currency, t.place), '[]')
            FROM (
                SELECT client_id, currency, sum(net) AS amount, row_number() OVER (
                    PARTITION BY currency ORDER BY sum(net) DESC, client_id) AS place
                FROM issued
                WHERE status = 'paid' AND NOT EXISTS (
                    SELECT 1 FROM erased_clients x WHERE x.client_id = issued.client_id)
                GROUP BY client_id, currency
            ) AS t
            WHERE t.place <= :most
        ) AS top_clients
    )"""
