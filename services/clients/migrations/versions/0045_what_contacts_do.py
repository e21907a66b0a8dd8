"""What contacts do in the portal is told: refused sign-ins, and which pages were looked at."""

from __future__ import annotations

from alembic import op

from shared.db.schema.tables import allow, role_prefix, tenant_table

revision = "0045"
down_revision = "0044"

# As those of users, refusals wait for a job that tells of them, so that writing an event shows
# nobody whether an address is known. Those of nobody have no workspace.
_REFUSALS = """
    CREATE TABLE portal_refusals (
        id uuid CONSTRAINT pk_portal_refusals PRIMARY KEY DEFAULT gen_random_uuid(),
        workspace_id uuid,
        access_id uuid CONSTRAINT fk_portal_refusals_access
            REFERENCES portal_access ON DELETE CASCADE,
        reason text NOT NULL,
        device text NOT NULL,
        address text NOT NULL,
        refused_at timestamptz NOT NULL DEFAULT clock_timestamp()
    )
"""
_INDEX = "CREATE INDEX ix_portal_refusals_access ON portal_refusals (access_id)"
_SEEN = "ALTER TABLE portal_sessions ADD seen_on date, ADD seen text[] NOT NULL DEFAULT '{}'"

_SAFE = "SECURITY DEFINER SET search_path = public, pg_temp"
_NOTE = f"""
    CREATE FUNCTION note_portal_refusal(whose text, what text, whence text) RETURNS void
    LANGUAGE sql VOLATILE {_SAFE} AS $$
        INSERT INTO portal_refusals (workspace_id, access_id, reason, device, address)
        SELECT a.workspace_id, a.id, CASE
            WHEN a.id IS NULL THEN 'nobody'
            WHEN a.state = 'pending' THEN 'not_accepted'
            WHEN a.state <> 'accepted' THEN a.state
            WHEN NOT portal_access_holds(a.client_id, a.email_key) THEN 'no_contact'
            WHEN a.password_hash IS NULL THEN 'no_password'
            ELSE 'password' END, what, whence
        FROM (SELECT) AS one LEFT JOIN portal_access AS a ON a.email_key = whose LIMIT 20
    $$
"""
_TO_TELL = f"""
    CREATE FUNCTION portal_refusals_to_tell(most int)
    RETURNS TABLE (workspace_id uuid, access_id uuid)
    LANGUAGE sql STABLE {_SAFE} AS $$
        SELECT DISTINCT workspace_id, access_id FROM portal_refusals
        WHERE workspace_id IS NOT NULL LIMIT most
    $$
"""
_OF_NOBODY = """
    , refusals_gone AS (
        DELETE FROM portal_refusals WHERE ctid = ANY (ARRAY(
            SELECT ctid FROM portal_refusals WHERE workspace_id IS NULL LIMIT most))
        RETURNING 1
    )
"""
_PURGE = f"""
    CREATE OR REPLACE FUNCTION purge_portal(most int) RETURNS bigint
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
        ){{refusals}}
        SELECT (SELECT count(*) FROM sessions_gone) + (SELECT count(*) FROM links_gone){{counted}}
    $$
"""
_DOOR = "note_portal_refusal(text, text, text)"
_JOB = "portal_refusals_to_tell(int)"


def upgrade() -> None:
    """Create the table and what asks it, and remember what a session has looked at."""
    op.execute(_REFUSALS)
    tenant_table("portal_refusals")
    for statement in (_INDEX, _SEEN, _NOTE, _TO_TELL):
        op.execute(statement)
    counted = " + (SELECT count(*) FROM refusals_gone)"
    op.execute(_PURGE.format(refusals=_OF_NOBODY, counted=counted))
    op.execute(f"REVOKE ALL ON FUNCTION {_DOOR} FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION {_DOOR} TO {role_prefix()}_login")
    allow(_JOB)


def downgrade() -> None:
    """Drop them."""
    op.execute(_PURGE.format(refusals="", counted=""))
    for signature in (_DOOR, _JOB):
        op.execute(f"DROP FUNCTION {signature}")
    op.execute("ALTER TABLE portal_sessions DROP seen_on, DROP seen")
    op.execute("DROP TABLE portal_refusals")
