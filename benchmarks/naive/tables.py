"""The two tables of the naive pipeline, in a schema of its own beside our tables."""

from __future__ import annotations

import psycopg

_TABLES = {
    "activity": """
        CREATE TABLE IF NOT EXISTS naive.events (
            event_id uuid PRIMARY KEY,
            workspace_id uuid NOT NULL,
            client_id uuid,
            type text NOT NULL,
            subject text NOT NULL,
            aggregate_version bigint NOT NULL,
            occurred_at timestamptz NOT NULL,
            actor jsonb NOT NULL,
            data jsonb NOT NULL
        );
        CREATE INDEX IF NOT EXISTS ix_events_timeline
            ON naive.events (workspace_id, client_id, occurred_at);
        TRUNCATE naive.events
    """,
    "metrics": """
        CREATE TABLE IF NOT EXISTS naive.counted (
            event_id uuid PRIMARY KEY,
            workspace_id uuid NOT NULL,
            client_id uuid,
            type text NOT NULL
        );
        TRUNCATE naive.counted
    """,
}

RECORD = """
INSERT INTO naive.events (event_id, workspace_id, client_id, type, subject, aggregate_version,
                          occurred_at, actor, data)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING
"""
COUNT = """
INSERT INTO naive.counted (event_id, workspace_id, client_id, type)
VALUES (%s, %s, %s, %s) ON CONFLICT DO NOTHING
"""


def make_empty_tables(databases: dict[str, str]) -> None:
    """Make both tables, each in the database of the service it stands in for, or empty them."""
    for service, statements in _TABLES.items():
        with psycopg.connect(databases[service], autocommit=True) as connection:
            connection.execute("CREATE SCHEMA IF NOT EXISTS naive")
            connection.execute(statements)
