"""One workspace never sees another's data: enforced by the database, table by table."""

from __future__ import annotations

import psycopg
import pytest

from shared.messaging.topology import SERVICES
from tests.fixtures.databases import Databases

# Tables without `workspace_id`, and why they need none.
WITHOUT_WORKSPACE = {
    "alembic_version": "the revision of the database",
    "relay_state": "positions of the log, no content",
    "relay_target": "positions sent, no content",
    "inbox": "positions received, no content",
    "consumer_progress": "positions applied, no content",
    "ingest_attempts": "positions and counts, no content",
    "sign_in_limits": "moments under keyed hashes of addresses and accounts",
    "reset_requests": "addresses that strangers typed, for seconds; no tenant's",
    "portal_link_requests": "addresses that strangers typed, for seconds; no tenant's",
    "feed_state": "positions of the feed, no content",
    "feed_sources": "positions placed, no content",
}
_TABLES = """
    SELECT c.relname, c.relrowsecurity, c.relforcerowsecurity,
           EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid
                   AND a.attname = 'workspace_id' AND NOT a.attisdropped)
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p')
"""
_GRANTS = """
    SELECT table_name, privilege_type FROM information_schema.role_table_grants
    WHERE grantee = %s AND table_schema = 'public'
"""
_LOOSE_POLICIES = """
    SELECT tablename, policyname, roles::text FROM pg_policies
    WHERE schemaname = 'public' AND qual = 'true' AND NOT roles <@ %s::name[]
"""


@pytest.mark.parametrize("service", SERVICES)
def test_every_table_with_tenant_data_has_forced_row_level_security(
    databases: Databases, service: str
) -> None:
    with psycopg.connect(databases.url(service)) as connection:
        tables = connection.execute(_TABLES).fetchall()
    assert tables
    for name, enabled, forced, has_workspace in tables:
        if has_workspace:
            assert (enabled, forced) == (True, True), f"{service}.{name} is open to all"
        else:
            assert name in WITHOUT_WORKSPACE, f"{service}.{name} needs workspace_id, or a reason"


@pytest.mark.parametrize("service", SERVICES)
def test_only_owner_and_pipe_have_policies_that_let_everything_through(
    databases: Databases, service: str
) -> None:
    allowed = [f"{service}_owner", f"{service}_pipe"]
    with psycopg.connect(databases.url(service)) as connection:
        loose = connection.execute(_LOOSE_POLICIES, [allowed]).fetchall()
    assert not loose


@pytest.mark.parametrize("service", SERVICES)
def test_no_role_of_ours_can_step_around_row_level_security(
    databases: Databases, service: str
) -> None:
    query = "SELECT rolname FROM pg_roles WHERE rolname LIKE %s AND (rolsuper OR rolbypassrls)"
    with psycopg.connect(databases.url(service)) as connection:
        assert not connection.execute(query, [f"{service}\\_%"]).fetchall()


@pytest.mark.parametrize("service", SERVICES)
def test_the_login_role_may_read_no_table(databases: Databases, service: str) -> None:
    with psycopg.connect(databases.url(service)) as connection:
        assert not connection.execute(_GRANTS, [f"{service}_login"]).fetchall()


@pytest.mark.parametrize("service", SERVICES)
def test_the_pipe_reaches_no_tenant_table_but_what_it_moves_along(
    databases: Databases, service: str
) -> None:
    with psycopg.connect(databases.url(service)) as connection:
        granted = {row[0] for row in connection.execute(_GRANTS, [f"{service}_pipe"])}
    allowed = {*WITHOUT_WORKSPACE, "event_log", "dead_letters", "idempotency_keys"}
    # Giving every event its place in the feed, and sending it on, is the pipe's work, whatever
    # its workspace.
    allowed |= {"events", "feed", "feed_chains", "feed_lost", "subscribers"}
    assert granted <= allowed
