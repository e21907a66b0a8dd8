"""A filled database is brought from its first revision to the newest while it is written to."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest

from shared.db.migrate import current_revision, migrate
from shared.messaging.topology import SERVICES
from tests.fixtures.databases import Databases
from tests.integration.db.filling import FILLINGS, ROWS, Filling

# What a transaction has read and changed by now, against the locks that it holds. A lock that
# keeps writers out is no harm for a moment; while a table's rows are gone through it is.
_GUARD = f"""
CREATE SCHEMA guard;
CREATE FUNCTION guard.gone_through(table_name name) RETURNS bigint LANGUAGE sql AS $$
    SELECT seq_tup_read + coalesce(idx_tup_fetch, 0) FROM pg_stat_xact_user_tables
    WHERE relname = table_name
$$;
CREATE FUNCTION guard.locked() RETURNS SETOF name LANGUAGE sql AS $$
    SELECT c.relname FROM pg_locks AS l JOIN pg_class AS c ON c.oid = l.relation
    WHERE l.pid = pg_backend_pid()
      AND l.mode IN ('ShareLock', 'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock')
$$;
CREATE FUNCTION guard.begin() RETURNS event_trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
    -- What the session's earlier transactions went through is counted until it is flushed. What was
    -- locked before was gone through under the lock.
    IF coalesce(current_setting('guard.before', true), '') = '' THEN
        PERFORM set_config('guard.before', (
            SELECT jsonb_object_agg(name, guard.gone_through(name))::text
            FROM unnest('%s'::name[]) AS name WHERE name NOT IN (SELECT guard.locked())), true);
    END IF;
END $$;
CREATE FUNCTION guard.look() RETURNS void LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
    found text;
    before jsonb := coalesce(nullif(current_setting('guard.before', true), ''), '{{}}');
BEGIN
    SELECT string_agg(name, ', ') INTO found FROM guard.locked() AS name
    WHERE name = ANY ('%s')
      AND guard.gone_through(name) - coalesce((before ->> name::text)::bigint, 0) >= {ROWS};
    PERFORM pg_stat_force_next_flush();
    IF found IS NOT NULL THEN
        RAISE EXCEPTION 'goes through %% under a lock', found;
    END IF;
END $$;
CREATE FUNCTION guard.on_ddl() RETURNS event_trigger LANGUAGE plpgsql AS $$
BEGIN PERFORM guard.look(); END $$;
CREATE FUNCTION guard.on_stamp() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN PERFORM guard.look(); RETURN NULL; END $$;
CREATE FUNCTION guard.on_update() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (SELECT count(*) FROM changed) >= {ROWS} THEN
        RAISE EXCEPTION 'changes too many rows of %% at once', TG_TABLE_NAME;
    END IF;
    RETURN NULL;
END $$;
GRANT USAGE ON SCHEMA guard TO PUBLIC;
CREATE EVENT TRIGGER guard_begin ON ddl_command_start EXECUTE FUNCTION guard.begin();
CREATE EVENT TRIGGER guard ON ddl_command_end EXECUTE FUNCTION guard.on_ddl();
CREATE TRIGGER guard AFTER INSERT OR UPDATE ON alembic_version
    FOR EACH STATEMENT EXECUTE FUNCTION guard.on_stamp();
"""
_GUARD_UPDATES = """
CREATE TRIGGER guard AFTER UPDATE ON {} REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION guard.on_update()
"""


@contextmanager
def _guarded(admin: psycopg.Connection[Any], filling: Filling) -> Iterator[None]:
    admin.execute(_GUARD.replace("%s", f"{{{','.join(filling.tables)}}}").replace("%%", "%"))
    for table in filling.tables:
        admin.execute(_GUARD_UPDATES.format(table).encode())
    try:
        yield
    finally:
        admin.execute("DROP EVENT TRIGGER guard")
        admin.execute("DROP EVENT TRIGGER guard_begin")
        admin.execute("DROP SCHEMA guard CASCADE")


def _keep_writing(url: str, filling: Filling, stop: threading.Event) -> int:
    """As requests of the release before do, which give up after five seconds; how many were."""
    with psycopg.connect(url, autocommit=True) as request:
        request.execute("SET lock_timeout = '5s'")
        for done in itertools.count():
            if stop.is_set() and done >= len(filling.writes):
                return done
            write = filling.writes[done % len(filling.writes)]
            # Each time another row.
            request.execute(_at(write, 1 + done // len(filling.writes)).encode())
    raise AssertionError


def _at(statement: str, n: int) -> str:
    return statement if "generate_series" in statement else statement.replace("(n)", f"({n})")


@pytest.fixture
def filled(databases: Databases, request: pytest.FixtureRequest) -> Iterator[str]:
    """The service, at the revision of its last filling; at the newest afterwards."""
    service, settings = request.param, databases.settings
    migrate(settings, service, "base")
    try:
        with psycopg.connect(databases.url(service), autocommit=True) as admin:
            for revision, fills in FILLINGS[service].fills.items():
                migrate(settings, service, revision)
                for fill in fills:
                    admin.execute(fill.encode())
        yield service
    finally:
        migrate(settings, service)
        databases.empty()


@pytest.mark.parametrize("filled", SERVICES, indirect=True)
def test_a_filled_database_is_upgraded_under_writes_and_refuses_nobody(
    databases: Databases, filled: str
) -> None:
    filling, stop = FILLINGS[filled], threading.Event()
    url = databases.url(filled)
    with psycopg.connect(url, autocommit=True) as admin, ThreadPoolExecutor(1) as requests:
        with _guarded(admin, filling):
            writing = requests.submit(_keep_writing, url, filling, stop)
            try:
                migrate(databases.settings, filled)
            finally:
                stop.set()
            assert writing.result() >= len(filling.writes)
        for claim, wrong in _CLAIMS.get(filled, {}).items():
            assert admin.execute(wrong.encode()).fetchall() == [], claim


# Those that commit before they are whole.
_IN_PARTS = (
    *("0008", "0011", "0012", "0013", "0014", "0015", "0016", "0023", "0029", "0030", "0034"),
    *("0035", "0037", "0039", "0046", "0049"),
)
# What is counted, summed up or worked out while others write is what there is.
_CLAIMS = {
    "clients": {
        "clients are counted": """
            SELECT c.status, c.industry FROM clients AS c GROUP BY 1, 2
            HAVING count(*) <> (SELECT sum(k.clients) FROM client_counts AS k
                WHERE k.facet = 'industry' AND k.status = c.status AND k.value = c.industry)
        """,
        "invoices are summed up": """
            SELECT i.status FROM invoices AS i GROUP BY 1
            HAVING ROW(CAST(count(*) AS numeric), sum(total), sum(amount_paid)) IS DISTINCT FROM (
                SELECT ROW(sum(k.invoices), sum(k.total), sum(k.amount_paid))
                FROM invoice_sums AS k WHERE k.status = i.status)
        """,
        "clients have their words, without the mark": """
            SELECT s.words FROM client_search AS s WHERE NOT EXISTS (
                SELECT FROM client_words AS w
                WHERE w.client_id = s.client_id AND w.word = 'client' AND w.sort_name = s.sort_name)
        """,
        "paid invoices have their day": """
            SELECT id FROM invoices
            WHERE status = 'paid' AND paid_on IS NULL AND number LIKE '0190a000-%'
        """,
        "who is invoiced by itself has a schedule, and nobody else": """
            (SELECT id FROM clients WHERE auto_invoicing AND status = 'active')
            EXCEPT SELECT client_id FROM invoicing_schedules
            UNION ALL (SELECT client_id FROM invoicing_schedules
            EXCEPT SELECT id FROM clients WHERE auto_invoicing AND status = 'active')
        """,
        "addresses are folded by one rule": """
            SELECT email FROM contacts WHERE email LIKE 'ℌ%' AND email_key NOT LIKE 'h%'
        """,
        "all that were there have their keys": """
            SELECT id FROM clients WHERE id::text LIKE '0190a000-%'
            EXCEPT SELECT client_id FROM client_keys
        """,
    },
    "documents": {
        "papers are told from files": "SELECT id FROM documents WHERE NOT paper AND id::text LIKE "
        "'0190a000-%'",
    },
}


def test_an_index_whose_build_was_killed_is_built_anew(databases: Databases) -> None:
    """It was left behind invalid, under the name that is asked for."""
    settings, url = databases.settings, databases.url("metrics")
    index = "ix_invoice_facts_workspace_id"
    migrate(settings, "metrics", "0005")
    try:
        with psycopg.connect(url, autocommit=True) as admin:
            admin.execute(f"CREATE INDEX {index} ON invoice_facts (workspace_id)".encode())
            admin.execute(
                "UPDATE pg_index SET indisvalid = false WHERE indexrelid = %s::regclass", [index]
            )
            migrate(settings, "metrics", "0006")
            valid = admin.execute(
                "SELECT indisvalid FROM pg_index WHERE indexrelid = %s::regclass", [index]
            )
            assert valid.fetchone() == (True,)
    finally:
        migrate(settings, "metrics")


def test_a_revision_that_broke_off_after_a_part_is_begun_anew(
    databases: Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What had been committed by then does it no harm."""
    settings = databases.settings
    migrate(settings, "clients", "0007")
    try:
        for revision in _IN_PARTS:
            before = f"{int(revision) - 1:04}"
            migrate(settings, "clients", before)
            with monkeypatch.context() as patched:
                patched.setattr("alembic.runtime.migration.HeadMaintainer.update_to_step", _fail)
                with pytest.raises(LookupError):
                    migrate(settings, "clients", revision)
            assert current_revision(settings, "clients") == before
    finally:
        migrate(settings, "clients")


def _fail(*_: object) -> None:
    raise LookupError
