"""The client record: clients, their codes, contacts, rates, and the words they are found by."""

from __future__ import annotations

from alembic import op

from shared.db.schema.tables import allow, tenant_table

revision = "0003"
down_revision = "0002"

_CLIENTS = """
CREATE TABLE clients (
    id uuid NOT NULL,
    workspace_id uuid NOT NULL,
    version bigint NOT NULL CHECK (version > 0),
    company_name text NOT NULL,
    client_code text CHECK (client_code ~ '^[A-Z]{3}$'),
    status text NOT NULL CHECK (status IN ('active', 'inactive', 'pending')),
    contact_name text,
    contact_email text NOT NULL,
    contact_phone text,
    website text,
    street text,
    city text,
    state text,
    county text,
    postal_code text,
    country text CHECK (country ~ '^[A-Z]{2}$'),
    industry text,
    company_size text,
    annual_revenue text,
    primary_service_type text,
    current_systems text,
    technical_requirements text,
    compliance_requirements text[] NOT NULL,
    tax_id bytea,
    tax_id_hash bytea,
    tax_id_last4 text,
    email_notifications boolean NOT NULL,
    quarterly_reports boolean NOT NULL,
    auto_invoicing boolean NOT NULL,
    internal boolean NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    sort_name text COLLATE "C" NOT NULL,
    sort_code text COLLATE "C" GENERATED ALWAYS AS (coalesce(client_code, '~')) STORED,
    -- Told by a later revision; added to a table that is in use it would be written anew.
    owner jsonb,
    owner_id uuid GENERATED ALWAYS AS (CAST(owner ->> 'id' AS uuid)) STORED,
    CONSTRAINT pk_clients PRIMARY KEY (id)
) WITH (fillfactor = 90)
"""

# Every order a list can have leads with the workspace, so that row-level security is an
# index condition, and ends with the id, so that a page has one next page.
_CLIENT_INDEXES = {
    "name": "sort_name, id",
    "code": "sort_code, id",
    "created_at": "created_at, id",
    "updated_at": "updated_at, id",
    "status": "status, sort_name, id",
    "industry": "industry, sort_name, id",
    "company_size": "company_size, sort_name, id",
    "primary_service_type": "primary_service_type, sort_name, id",
}

_ONE_INTERNAL = """
CREATE UNIQUE INDEX uq_clients_active_internal ON clients (workspace_id)
WHERE internal AND status = 'active'
"""

# No foreign key to clients: the code of a client that was billed outlives its client.
_CODES = """
CREATE TABLE client_codes (
    workspace_id uuid NOT NULL,
    code text COLLATE "C" NOT NULL CHECK (code ~ '^[A-Z]{3}$'),
    client_id uuid NOT NULL,
    frozen_at timestamptz,
    CONSTRAINT pk_client_codes PRIMARY KEY (workspace_id, code)
)
"""

# Uniqueness is checked at the commit: a replaced list may hand one contact's address to
# another, and within the statement both would hold it for a moment.
_CONTACTS = """
CREATE TABLE contacts (
    client_id uuid NOT NULL,
    id uuid NOT NULL,
    workspace_id uuid NOT NULL,
    name text,
    email text,
    email_key text,
    phone text,
    title text,
    roles text[] NOT NULL,
    CONSTRAINT pk_contacts PRIMARY KEY (client_id, id),
    CONSTRAINT uq_contacts_email_key UNIQUE (client_id, email_key) DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT fk_contacts_client_id FOREIGN KEY (client_id) REFERENCES clients ON DELETE CASCADE
)
"""

_RATES = """
CREATE TABLE rates (
    client_id uuid NOT NULL,
    id uuid NOT NULL,
    workspace_id uuid NOT NULL,
    position text NOT NULL,
    regular_rate numeric NOT NULL CHECK (regular_rate >= 0 AND scale(regular_rate) <= 4),
    overtime_rate numeric CHECK (overtime_rate >= 0 AND scale(overtime_rate) <= 4),
    currency text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
    valid_from date,
    valid_until date CHECK (valid_until >= valid_from),
    CONSTRAINT pk_rates PRIMARY KEY (client_id, id),
    CONSTRAINT fk_rates_client_id FOREIGN KEY (client_id) REFERENCES clients ON DELETE CASCADE
)
"""

# Apart from clients, so that a change which leaves the words alone leaves this index alone.
_SEARCH = """
CREATE TABLE client_search (
    client_id uuid NOT NULL,
    workspace_id uuid NOT NULL,
    words tsvector NOT NULL,
    CONSTRAINT pk_client_search PRIMARY KEY (client_id),
    CONSTRAINT fk_client_search_client_id FOREIGN KEY (client_id)
        REFERENCES clients ON DELETE CASCADE
)
"""

# A short pending list: a search reads all of it, and the insert that fills it empties it.
_SEARCH_INDEX = """
CREATE INDEX ix_client_search_words ON client_search USING gin (words)
WITH (fastupdate = on, gin_pending_list_limit = 512)
"""

# `@@` is not leakproof, so under row-level security no index would serve it. These two run
# as the owner and confine themselves to the workspace of the transaction.
_MATCHES = """
CREATE FUNCTION client_matches(query tsquery) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
    SELECT client_id FROM client_search WHERE workspace_id = app_workspace() AND words @@ query
$$
"""

_MATCHES_ESTIMATE = """
CREATE FUNCTION client_matches_estimate(query tsquery) RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE plan jsonb;
BEGIN
    EXECUTE format(
        'EXPLAIN (FORMAT JSON) SELECT FROM client_search WHERE words @@ %L::tsquery', query
    ) INTO plan;
    RETURN (plan -> 0 -> 'Plan' ->> 'Plan Rows')::bigint;
END
$$
"""

_TABLES = ("clients", "client_codes", "contacts", "rates", "client_search")
_FUNCTIONS = ("client_matches", "client_matches_estimate")


def upgrade() -> None:
    """Create the tables, their indexes, and the two functions of the search."""
    for table in (_CLIENTS, _CODES, _CONTACTS, _RATES, _SEARCH):
        op.execute(table)
    for name, columns in _CLIENT_INDEXES.items():
        op.execute(f"CREATE INDEX ix_clients_{name} ON clients (workspace_id, {columns})")
    op.execute("CREATE INDEX ix_client_codes_client_id ON client_codes (client_id)")
    op.execute(_ONE_INTERNAL)
    op.execute(_SEARCH_INDEX)
    for table in _TABLES:
        tenant_table(table)
    for function in (_MATCHES, _MATCHES_ESTIMATE):
        op.execute(function)
    for name in _FUNCTIONS:
        allow(f"{name}(tsquery)")


def downgrade() -> None:
    """Drop them."""
    for name in _FUNCTIONS:
        op.execute(f"DROP FUNCTION {name}(tsquery)")
    for table in reversed(_TABLES):
        op.execute(f"DROP TABLE {table}")
