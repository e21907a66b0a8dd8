"""The floor of the pipeline: the rows it leaves behind, written straight into both databases.

One writer, batch by batch, into one database and then the other. No log, no numbering, no
broker, no check of a contract, no row-level security: nothing that makes the rows arrive
safely. Each table is a copy of ours, indexes included, in a schema of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson
import psycopg

from shared.messaging.envelope import Envelope

Connection = psycopg.Connection[Any]

# As many as one message of the pipeline holds.
BATCH = 100
_TABLES = {
    "activity": ("events", "inbox"),
    "metrics": ("inbox", "project_facts", "invoice_facts", "client_metrics"),
}

_EVENTS = """
INSERT INTO floor.events (event_id, workspace_id, client_id, source, epoch, pos, type, subject,
                          aggregate_version, occurred_at, actor, correlation_id, data)
SELECT e.id, e.workspace, e.client_id, e.source, e.epoch, e.pos, e.type, e.subject,
       e.aggregateversion, e."time", e.actor, e.correlationid, e.data
FROM jsonb_to_recordset(CAST(%s AS jsonb)) AS e(
    id uuid, workspace uuid, client_id uuid, source text, epoch uuid, pos bigint, type text,
    subject text, aggregateversion bigint, "time" timestamptz, actor jsonb,
    correlationid text, data jsonb)
"""
_INBOX = "INSERT INTO floor.inbox (source, pos) SELECT '/clients', unnest(CAST(%s AS bigint[]))"
_PROJECTS = """
INSERT INTO floor.project_facts (project_id, workspace_id, client_id, version, status, deleted)
SELECT f.id, f.workspace_id, f.client_id, f.version, f.status, false
FROM jsonb_to_recordset(CAST(%s AS jsonb)) AS f(
    id uuid, workspace_id uuid, client_id uuid, version bigint, status text)
"""
_INVOICES = """
INSERT INTO floor.invoice_facts (invoice_id, workspace_id, client_id, version, status, currency,
                                 total, amount_paid, issued_on, deleted)
SELECT f.id, f.workspace_id, f.client_id, f.version, f.status, f.currency, f.total,
       f.amount_paid, f.issued_on, false
FROM jsonb_to_recordset(CAST(%s AS jsonb)) AS f(
    id uuid, workspace_id uuid, client_id uuid, version bigint, status text, currency text,
    total numeric, amount_paid numeric, issued_on date)
"""
_TOTALS = """
INSERT INTO floor.client_metrics (client_id, workspace_id, active_projects)
SELECT client_id, workspace_id, count(*) FROM floor.project_facts GROUP BY 1, 2
"""


def make_empty_tables(databases: dict[str, str]) -> None:
    """Make copies of the tables that the pipeline writes to, or empty them."""
    for service, tables in _TABLES.items():
        with psycopg.connect(databases[service], autocommit=True) as connection:
            connection.execute("CREATE SCHEMA IF NOT EXISTS floor")
            for table in tables:
                connection.execute(
                    f"CREATE TABLE IF NOT EXISTS floor.{table} (LIKE public.{table} INCLUDING ALL);"
                    f"TRUNCATE floor.{table}"
                )


def write_all(databases: dict[str, str], envelopes: Sequence[Envelope]) -> None:
    """Write the rows of all envelopes into both databases, a commit in each per batch."""
    last = {envelope["subject"]: envelope["pos"] for envelope in envelopes}
    with (
        psycopg.connect(databases["activity"], prepare_threshold=0) as timeline,
        psycopg.connect(databases["metrics"], prepare_threshold=0) as numbers,
    ):
        for start in range(0, len(envelopes), BATCH):
            batch = envelopes[start : start + BATCH]
            _write_timeline(timeline, batch)
            _write_numbers(numbers, batch, [e for e in batch if last[e["subject"]] == e["pos"]])
        numbers.execute(_TOTALS)


def _write_timeline(connection: Connection, batch: Sequence[Envelope]) -> None:
    connection.execute(_INBOX, [[envelope["pos"] for envelope in batch]])
    connection.execute(_EVENTS, [orjson.dumps(batch).decode()])
    connection.commit()


def _write_numbers(
    connection: Connection, batch: Sequence[Envelope], newest: Sequence[Envelope]
) -> None:
    connection.execute(_INBOX, [[envelope["pos"] for envelope in batch]])
    connection.execute(_PROJECTS, [_facts(newest, "project")])
    connection.execute(_INVOICES, [_facts(newest, "invoice")])
    connection.commit()


def _facts(envelopes: Sequence[Envelope], aggregate: str) -> str:
    """The last word on each project or invoice, as it will stand."""
    facts: list[dict[str, Any]] = [
        {**envelope["data"][aggregate], "workspace_id": envelope["workspace"]}
        for envelope in envelopes
        if envelope["subject"].startswith(aggregate)
    ]
    return orjson.dumps(facts).decode()
