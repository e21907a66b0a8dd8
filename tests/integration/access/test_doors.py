"""What can be asked before a workspace is known: few questions, by one role."""

from __future__ import annotations

import psycopg
import pytest

from shared.messaging.topology import SERVICES
from tests.fixtures.databases import Databases

# Functions that see past row-level security, and who may call them.
_ABOVE_ROW_SECURITY = """
    SELECT p.oid::regprocedure::text, p.proowner::regrole::text, p.proconfig,
           array(SELECT rolname::text FROM pg_roles r
                 WHERE has_function_privilege(r.oid, p.oid, 'EXECUTE')
                   AND r.rolname LIKE %(roles)s ORDER BY rolname),
           EXISTS (SELECT FROM aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a
                   WHERE a.grantee = 0)
    FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
    WHERE n.nspname = 'public' AND p.prosecdef
"""
_LOG_IN = {
    "find_credential(bytea)",
    "find_user_by_email(text)",
    "take_turn(bytea[],double precision[],double precision[],bytea)",
    "give_turn_back(bytea[],double precision[],bytea,double precision)",
    "note_refusal(uuid,uuid,text,text,text)",
    "ask_reset(text)",
    "find_password_reset(bytea)",
    "find_invitation(bytea)",
    "find_portal_session(bytea)",
    "note_portal_use(uuid)",
    "find_portal_people(text)",
    "find_portal_invitation(bytea)",
    "find_portal_link(bytea)",
    "ask_portal_link(text)",
    "note_portal_refusal(text,text,text)",
}


@pytest.mark.parametrize("service", SERVICES)
def test_no_function_above_row_level_security_is_open_to_everyone(
    databases: Databases, service: str
) -> None:
    for name, owner, config, _, everyone in _functions(databases, service):
        assert not everyone, f"{name}: REVOKE ALL … FROM PUBLIC"
        assert owner == f"{service}_owner"
        paths = [entry for entry in config or [] if entry.startswith("search_path=")]
        assert [path.endswith("pg_temp") for path in paths] == [True], (
            f"{name}: its search_path can be bent"
        )


@pytest.mark.parametrize("service", SERVICES)
def test_the_login_role_asks_few_questions_and_nobody_else_asks_them(
    databases: Databases, service: str
) -> None:
    callers = {row[0]: set(row[3]) - {f"{service}_owner"} for row in _functions(databases, service)}
    login = f"{service}_login"
    assert {name for name, who in callers.items() if login in who} == (
        _LOG_IN if service == "clients" else set()
    )
    assert all(callers[name] == {login} for name in _LOG_IN & set(callers))


def test_the_login_role_sees_no_row_by_itself(databases: Databases) -> None:
    with psycopg.connect(databases.url("clients")) as connection:
        connection.execute("SET ROLE clients_login")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("SELECT email FROM users")


def _functions(
    databases: Databases, service: str
) -> list[tuple[str, str, list[str] | None, list[str], bool]]:
    with psycopg.connect(databases.url(service)) as connection:
        return connection.execute(_ABOVE_ROW_SECURITY, {"roles": f"{service}\\_%"}).fetchall()
