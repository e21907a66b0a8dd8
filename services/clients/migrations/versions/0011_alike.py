"""What two clients may have in common, and finding those that have it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from alembic import op
from sqlalchemy import Row, text

from services.clients.records.rules.likeness import email_domain, name_key, website_host
from shared.db.schema.online import portions
from shared.db.schema.tables import allow, tenant_table

revision = "0011"
down_revision = "0010"

# Apart from clients, so that a change which leaves the keys alone leaves their indexes alone.
_KEYS = """
CREATE TABLE IF NOT EXISTS client_keys (
    client_id uuid NOT NULL,
    workspace_id uuid NOT NULL,
    name_key text COLLATE "C" NOT NULL,
    website_host text COLLATE "C",
    email_domain text COLLATE "C",
    tax_id_hash bytea,
    CONSTRAINT pk_client_keys PRIMARY KEY (client_id),
    CONSTRAINT fk_client_keys_client_id FOREIGN KEY (client_id)
        REFERENCES clients ON DELETE CASCADE
)
"""
_COLUMNS = ("name_key", "website_host", "email_domain", "tax_id_hash")

# Rows of a preview make no clients, so what they would have in common is noted here.
_SEEN = """
CREATE TABLE job_keys (
    job_id uuid NOT NULL,
    key bytea NOT NULL,
    workspace_id uuid NOT NULL,
    row bigint NOT NULL,
    CONSTRAINT pk_job_keys PRIMARY KEY (job_id, key),
    CONSTRAINT fk_job_keys_job_id FOREIGN KEY (job_id) REFERENCES jobs ON DELETE CASCADE
)
"""

# Each statement of a volatile function sees what was committed before it began. So whoever
# waits here for another to make a client of the same keys, then sees that client. The locks of
# a workspace are a thousand: a long import holds no more, and they are taken in one order.
#
# Sequential scans are off, as a plan that was made while the table was small is kept.
_ALIKE = """
CREATE FUNCTION clients_alike(given jsonb, most int, waits boolean)
RETURNS TABLE (
    place bigint, id uuid, company_name text, client_code text, status text, matches text[])
LANGUAGE plpgsql VOLATILE SET enable_seqscan = off
AS $$
BEGIN
    IF waits THEN
        PERFORM pg_advisory_xact_lock(hashtext(app_workspace()::text), slot) FROM (
            SELECT DISTINCT hashtext(key) & 1023 AS slot
            FROM jsonb_populate_recordset(NULL::client_keys, given) g, LATERAL (VALUES
                ('name ' || g.name_key), ('host ' || g.website_host),
                ('host ' || g.email_domain), ('tax ' || g.tax_id_hash::text)) AS v (key)
            WHERE key IS NOT NULL ORDER BY slot
        ) AS ordered;
    END IF;
    RETURN QUERY
    SELECT g.ordinality, c.id, c.company_name, c.client_code, c.status, alike.matches
    FROM ROWS FROM (jsonb_populate_recordset(NULL::client_keys, given)) WITH ORDINALITY g,
    LATERAL (
        SELECT k.client_id, array_remove(ARRAY[{matches}], NULL) AS matches
        FROM ({looks}) AS found JOIN client_keys k ON k.client_id = found.client_id
        ORDER BY cardinality(array_remove(ARRAY[{matches}], NULL)) DESC, k.client_id LIMIT most
    ) AS alike
    JOIN clients c ON c.id = alike.client_id
    ORDER BY g.ordinality, cardinality(alike.matches) DESC, c.id;
END
$$
"""
# No more of each likeness than are told, however many share it.
_LOOK = """
    (SELECT k.client_id FROM client_keys k
     WHERE k.{column} = g.{column} AND k.client_id <> g.client_id
     ORDER BY k.client_id LIMIT most)
"""
_MATCH = "CASE WHEN k.{column} = g.{column} THEN '{match}' END"
_FIELDS = ("company_name", "website", "primary_contact.email", "tax_id")
_MATCHES = tuple(zip(_FIELDS, _COLUMNS, strict=True))
_SIGNATURE = "clients_alike(jsonb, int, boolean)"

_OF_CLIENTS = text(
    """
    SELECT id, workspace_id, company_name, website, contact_email, tax_id_hash FROM clients
    WHERE id = ANY (:ids)
    """
)
_FILL = text(
    """
    INSERT INTO client_keys
    SELECT CAST(:client_id AS uuid), CAST(:workspace_id AS uuid), CAST(:name_key AS text),
           CAST(:website_host AS text), CAST(:email_domain AS text), CAST(:tax_id_hash AS bytea)
    WHERE EXISTS (SELECT FROM clients WHERE id = :client_id FOR KEY SHARE)
    ON CONFLICT DO NOTHING
    """
)


def upgrade() -> None:
    """Create the tables and the function, and give the clients that there are their keys.

    Here and at once: until the last one has its keys, a check would miss some.
    """
    op.execute(_KEYS)
    for connection, ids in portions("clients"):
        for keys in _keys(connection.execute(_OF_CLIENTS, {"ids": ids}).all()):
            connection.execute(_FILL, keys)
    op.execute(_SEEN)
    for column in _COLUMNS:
        op.execute(
            f"CREATE INDEX ix_client_keys_{column} ON client_keys "
            f"(workspace_id, {column}, client_id) WHERE {column} IS NOT NULL"
        )
    for name in ("client_keys", "job_keys"):
        tenant_table(name)
    looks = " UNION ".join(_LOOK.format(column=column) for column in _COLUMNS)
    matches = ", ".join(_MATCH.format(match=match, column=column) for match, column in _MATCHES)
    op.execute(_ALIKE.format(looks=looks, matches=matches))
    allow(_SIGNATURE)


def _keys(rows: Sequence[Row[Any]]) -> list[dict[str, Any]]:
    return [
        {
            "client_id": row.id,
            "workspace_id": row.workspace_id,
            "name_key": name_key(row.company_name),
            "website_host": website_host(row.website),
            "email_domain": email_domain(row.contact_email),
            "tax_id_hash": row.tax_id_hash,
        }
        for row in rows
    ]


def downgrade() -> None:
    """Drop them."""
    op.execute(f"DROP FUNCTION {_SIGNATURE}")
    op.execute("DROP TABLE job_keys")
    op.execute("DROP TABLE client_keys")
