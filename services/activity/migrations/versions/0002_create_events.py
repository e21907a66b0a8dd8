"""The timeline's table and the list of erased clients."""

from __future__ import annotations

from alembic import op

from shared.db.schema.tables import tenant_table

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Create `events` and `erased_clients` under row-level security."""
    op.execute(
        """
        CREATE TABLE events (
            event_id uuid NOT NULL,
            workspace_id uuid NOT NULL,
            client_id uuid,
            source text NOT NULL,
            epoch uuid NOT NULL,
            pos bigint NOT NULL,
            type text NOT NULL,
            subject text NOT NULL,
            aggregate_version bigint NOT NULL,
            occurred_at timestamptz NOT NULL,
            actor jsonb NOT NULL,
            -- For a later revision; added to a table that is in use it would be written anew.
            actor_kind text COLLATE "C" GENERATED ALWAYS AS (actor ->> 'kind') STORED,
            actor_id text COLLATE "C" GENERATED ALWAYS AS (actor ->> 'id') STORED,
            actor_name text COLLATE "C" GENERATED ALWAYS AS (lower(actor ->> 'name')) STORED,
            correlation_id text NOT NULL,
            causation_id text,
            traceparent text,
            data jsonb NOT NULL,
            CONSTRAINT pk_events PRIMARY KEY (event_id)
        )
        """
    )
    # The timeline walks this index in either direction; `occurred_at` is the clock of the
    # producer's database, read under the client's lock, so it never contradicts `pos`.
    op.execute(
        "CREATE INDEX ix_events_timeline "
        "ON events (workspace_id, client_id, occurred_at, source, pos)"
    )
    op.execute(
        """
        CREATE TABLE erased_clients (
            client_id uuid NOT NULL,
            workspace_id uuid NOT NULL,
            erased_at timestamptz NOT NULL DEFAULT clock_timestamp(),
            CONSTRAINT pk_erased_clients PRIMARY KEY (client_id)
        )
        """
    )
    tenant_table("events")
    tenant_table("erased_clients")


def downgrade() -> None:
    """Drop both."""
    op.execute("DROP TABLE erased_clients")
    op.execute("DROP TABLE events")
