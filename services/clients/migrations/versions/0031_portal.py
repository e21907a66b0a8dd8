"""The client portal: who may come, where they are signed in, and a role that sees one client."""

from __future__ import annotations

from alembic import op

from shared.db.schema.tables import allow, role_prefix, tenant_table

revision = "0031"
down_revision = "0030"

_TABLES = {
    "portal_access": """
        CREATE TABLE portal_access (
            id uuid CONSTRAINT pk_portal_access PRIMARY KEY,
            workspace_id uuid NOT NULL,
            client_id uuid NOT NULL,
            email text NOT NULL,
            email_key text NOT NULL,
            name text NOT NULL,
            scopes jsonb NOT NULL,
            state text NOT NULL CONSTRAINT ck_portal_access_state
                CHECK (state IN ('pending', 'accepted', 'expired', 'revoked')),
            hash bytea CONSTRAINT uq_portal_access_hash UNIQUE,
            password_hash text,
            invited_by text NOT NULL,
            version bigint NOT NULL,
            created_at timestamptz NOT NULL,
            sent_at timestamptz NOT NULL,
            expires_at timestamptz NOT NULL,
            accepted_at timestamptz,
            last_used_at timestamptz,
            CONSTRAINT uq_portal_access_address UNIQUE (client_id, email_key)
        )
    """,
    "portal_sessions": """
        CREATE TABLE portal_sessions (
            id uuid CONSTRAINT pk_portal_sessions PRIMARY KEY,
            workspace_id uuid NOT NULL,
            access_id uuid NOT NULL CONSTRAINT fk_portal_sessions_access
                REFERENCES portal_access ON DELETE CASCADE,
            hash bytea NOT NULL CONSTRAINT uq_portal_sessions_hash UNIQUE,
            by_link boolean NOT NULL,
            device text NOT NULL,
            address text NOT NULL,
            idle_seconds int NOT NULL,
            created_at timestamptz NOT NULL,
            last_used_at timestamptz NOT NULL,
            idle_until timestamptz NOT NULL,
            expires_at timestamptz NOT NULL
        )
    """,
    "portal_links": """
        CREATE TABLE portal_links (
            access_id uuid CONSTRAINT pk_portal_links PRIMARY KEY CONSTRAINT fk_portal_links_access
                REFERENCES portal_access ON DELETE CASCADE,
            workspace_id uuid NOT NULL,
            hash bytea NOT NULL CONSTRAINT uq_portal_links_hash UNIQUE,
            expires_at timestamptz NOT NULL
        )
    """,
}
# No tenant's: whose they are is found out by the job that answers them, so that asking takes as
# long for an address that no contact has.
_REQUESTS = """
    CREATE TABLE portal_link_requests (
        id uuid CONSTRAINT pk_portal_link_requests PRIMARY KEY DEFAULT gen_random_uuid(),
        email text NOT NULL,
        asked_at timestamptz NOT NULL DEFAULT clock_timestamp()
    )
"""
_INDEXES = (
    "CREATE INDEX ix_portal_access_email_key ON portal_access (email_key)",
    "CREATE INDEX ix_portal_access_lapses ON portal_access (expires_at) WHERE state = 'pending'",
    "CREATE INDEX ix_portal_sessions_access ON portal_sessions (access_id)",
    "CREATE INDEX ix_portal_sessions_idle_until ON portal_sessions (idle_until)",
    "CREATE INDEX ix_portal_links_expires_at ON portal_links (expires_at)",
)
_SAFE = "SECURITY DEFINER SET search_path = public, pg_temp"

# An access holds while its address is that of a contact of a client that is there.
_HOLDS = """
    CREATE FUNCTION portal_access_holds(whose uuid, key text) RETURNS boolean
    LANGUAGE sql STABLE AS $$
        SELECT EXISTS (SELECT FROM clients AS c WHERE c.id = whose AND (
            lower(c.contact_email) = lower(key)
            OR EXISTS (SELECT FROM contacts AS k WHERE k.client_id = c.id AND k.email_key = key)))
    $$
"""
_OF_LOGIN = {
    "find_portal_session(bytea)": f"""
        CREATE FUNCTION find_portal_session(wanted bytea)
        RETURNS TABLE (workspace_id uuid, client_id uuid, access_id uuid, session_id uuid,
                       name text, scopes jsonb)
        LANGUAGE sql STABLE {_SAFE} AS $$
            SELECT a.workspace_id, a.client_id, a.id, s.id, a.name, a.scopes
            FROM portal_sessions AS s JOIN portal_access AS a ON a.id = s.access_id
            WHERE s.hash = wanted AND a.state = 'accepted'
              AND s.idle_until > clock_timestamp() AND s.expires_at > clock_timestamp()
              AND portal_access_holds(a.client_id, a.email_key)
        $$
    """,
    "note_portal_use(uuid)": f"""
        CREATE FUNCTION note_portal_use(wanted uuid) RETURNS void
        LANGUAGE sql VOLATILE {_SAFE} AS $$
            UPDATE portal_sessions SET last_used_at = clock_timestamp(), idle_until =
                least(expires_at, clock_timestamp() + make_interval(secs => idle_seconds))
            WHERE id = (SELECT id FROM portal_sessions
                WHERE id = wanted AND last_used_at < clock_timestamp() - interval '1 minute'
                FOR UPDATE SKIP LOCKED)
        $$
    """,
    "find_portal_people(text)": f"""
        CREATE FUNCTION find_portal_people(wanted text)
        RETURNS TABLE (workspace_id uuid, id uuid, name text, password_hash text, company text,
                       workspace text)
        LANGUAGE sql STABLE {_SAFE} AS $$
            SELECT a.workspace_id, a.id, a.name, a.password_hash, c.company_name, w.name
            FROM portal_access AS a
            JOIN clients AS c ON c.id = a.client_id
            JOIN workspaces AS w ON w.workspace_id = a.workspace_id
            WHERE a.email_key = wanted AND a.state = 'accepted'
              AND a.password_hash IS NOT NULL AND portal_access_holds(a.client_id, a.email_key)
            ORDER BY a.last_used_at DESC NULLS LAST LIMIT 5
        $$
    """,
    "find_portal_invitation(bytea)": f"""
        CREATE FUNCTION find_portal_invitation(wanted bytea)
        RETURNS TABLE (workspace_id uuid, id uuid)
        LANGUAGE sql STABLE {_SAFE} AS $$
            SELECT workspace_id, id FROM portal_access
            WHERE hash = wanted AND state = 'pending' AND expires_at > clock_timestamp()
              AND portal_access_holds(client_id, email_key)
        $$
    """,
    "find_portal_link(bytea)": f"""
        CREATE FUNCTION find_portal_link(wanted bytea)
        RETURNS TABLE (workspace_id uuid, id uuid, name text)
        LANGUAGE sql STABLE {_SAFE} AS $$
            SELECT a.workspace_id, a.id, a.name
            FROM portal_links AS l JOIN portal_access AS a ON a.id = l.access_id
            WHERE l.hash = wanted AND l.expires_at > clock_timestamp() AND a.state = 'accepted'
              AND portal_access_holds(a.client_id, a.email_key)
        $$
    """,
    "ask_portal_link(text)": f"""
        CREATE FUNCTION ask_portal_link(whose text) RETURNS void
        LANGUAGE sql VOLATILE {_SAFE} AS $$
            INSERT INTO portal_link_requests (email) VALUES (whose)
        $$
    """,
}
_OF_JOBS = {
    "portal_requests_due(int)": f"""
        CREATE FUNCTION portal_requests_due(most int)
        RETURNS TABLE (request_id uuid, workspace_id uuid, id uuid, is_last boolean)
        LANGUAGE sql STABLE {_SAFE} AS $$
            SELECT r.id, a.workspace_id, a.id,
                   lead(a.id) OVER (PARTITION BY r.id ORDER BY a.id) IS NULL
            FROM (SELECT * FROM portal_link_requests ORDER BY asked_at LIMIT most) AS r
            LEFT JOIN portal_access AS a ON a.email_key = r.email
                AND a.state = 'accepted' AND portal_access_holds(a.client_id, a.email_key)
            ORDER BY r.asked_at, r.id, a.id
        $$
    """,
    "answer_portal_request(uuid)": f"""
        CREATE FUNCTION answer_portal_request(wanted uuid) RETURNS boolean
        LANGUAGE sql VOLATILE {_SAFE} AS $$
            WITH gone AS (DELETE FROM portal_link_requests WHERE id = wanted RETURNING 1)
            SELECT EXISTS (SELECT FROM gone)
        $$
    """,
    "portal_invitations_lapsed(int)": f"""
        CREATE FUNCTION portal_invitations_lapsed(most int)
        RETURNS TABLE (workspace_id uuid, id uuid)
        LANGUAGE sql STABLE {_SAFE} AS $$
            SELECT workspace_id, id FROM portal_access
            WHERE state = 'pending' AND expires_at <= clock_timestamp()
            ORDER BY expires_at LIMIT most
        $$
    """,
    "purge_portal(int)": f"""
        CREATE FUNCTION purge_portal(most int) RETURNS bigint
        LANGUAGE sql VOLATILE {_SAFE} AS $$
            WITH sessions_gone AS (
                DELETE FROM portal_sessions WHERE ctid = ANY (ARRAY(
                    SELECT ctid FROM portal_sessions
                    WHERE idle_until < clock_timestamp() LIMIT most))
                RETURNING 1
            ), links_gone AS (
                DELETE FROM portal_links WHERE ctid = ANY (ARRAY(
                    SELECT ctid FROM portal_links
                    WHERE expires_at < clock_timestamp() LIMIT most))
                RETURNING 1
            )
            SELECT (SELECT count(*) FROM sessions_gone) + (SELECT count(*) FROM links_gone)
        $$
    """,
}

_APP_CLIENT = """
    CREATE FUNCTION app_client() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE
    RETURN nullif(current_setting('app.client', true), '')::uuid
"""
# What a contact's own request reads, it reads as a role that sees the rows of one client, and
# of its invoices those that were issued.
_OWN = "client_id = (SELECT app_client())"
_OF_OWN_INVOICE = "invoice_id IN (SELECT id FROM invoices)"
_SEEN = {
    "workspaces": "true",
    "projects": _OWN,
    "time_entries": _OWN,
    "rates": _OWN,
    "papers": _OWN,
    "invoices": f"{_OWN} AND status <> 'draft'",
    "invoice_lines": _OF_OWN_INVOICE,
    "payments": _OF_OWN_INVOICE,
    "credit_notes": _OF_OWN_INVOICE,
    "credit_note_lines": "credit_note_id IN (SELECT id FROM credit_notes)",
}


def upgrade() -> None:
    """Create the tables, what may be asked before a workspace is known, and the role's view."""
    for table, statement in _TABLES.items():
        op.execute(statement)
        tenant_table(table)
    for statement in (_REQUESTS, *_INDEXES, _HOLDS, _APP_CLIENT):
        op.execute(statement)
    for statement in (*_OF_LOGIN.values(), *_OF_JOBS.values()):
        op.execute(statement)
    for door in _OF_LOGIN:
        op.execute(f"REVOKE ALL ON FUNCTION {door} FROM PUBLIC")
        op.execute(f"GRANT EXECUTE ON FUNCTION {door} TO {role_prefix()}_login")
    for signature in _OF_JOBS:
        allow(signature)
    for table, condition in _SEEN.items():
        op.execute(f"GRANT SELECT ON {table} TO {role_prefix()}_portal")
        op.execute(
            f"CREATE POLICY portal ON {table} FOR SELECT TO {role_prefix()}_portal "
            f"USING (workspace_id = (SELECT app_workspace()) AND {condition})"
        )


def downgrade() -> None:
    """Drop them all."""
    for table in _SEEN:
        op.execute(f"DROP POLICY portal ON {table}")
        op.execute(f"REVOKE ALL ON {table} FROM {role_prefix()}_portal")
    for signature in (*_OF_LOGIN, *_OF_JOBS, "portal_access_holds(uuid, text)", "app_client()"):
        op.execute(f"DROP FUNCTION {signature}")
    for table in (*reversed(_TABLES), "portal_link_requests"):
        op.execute(f"DROP TABLE {table}")
