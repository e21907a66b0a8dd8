"""C2, C3, P8: a contact sees what is their own company's and shared with them, by every route,
and the database says the same."""

from __future__ import annotations

import re
import uuid
from typing import Any

import psycopg
import pytest
from flask import Flask
from psycopg import sql

from tests.fixtures.databases import Databases
from tests.integration.access.test_permission_matrix import OF_STRANGERS, shown
from tests.integration.portal.conftest import Portal, an_address

# With these a contact leaves, or becomes known.
_COMING_AND_GOING = ("/v1/portal/sessions", "/v1/portal/invitations", "/v1/portal/sign-in-links")


def _routes(app: Flask, *, of_portal: bool) -> list[tuple[str, str]]:
    found = []
    for rule in app.url_map.iter_rules():
        is_portal = rule.rule.startswith("/v1/portal")
        if rule.rule.startswith("/v1/") and is_portal == of_portal:
            found += [(it, rule.rule) for it in (rule.methods or set()) - {"HEAD", "OPTIONS"}]
    return sorted(found)


def _filled(rule: str, **ids: str) -> str:
    return re.sub(r"<\w+:(\w+)>", lambda it: ids.get(it[1], str(uuid.uuid4())), rule)


def test_a_contacts_session_opens_no_route_of_the_firm(portal: Portal) -> None:
    client = portal.client(an_address())
    invoice, project = portal.invoice(client), portal.project(client)
    visitor = portal.visitor(client)
    ids = {"client_id": client["id"], "invoice_id": invoice["id"], "project_id": project["id"]}
    for method, rule in _routes(portal.api.app, of_portal=False):
        if f"{method} {shown(rule)}" in OF_STRANGERS:
            continue
        answer = visitor.call(method, _filled(rule, **ids), None if method == "GET" else {})
        assert answer.status_code == 401, f"{method} {rule}: {answer.status_code}"
    assert visitor.call("GET", "/v1/portal/me").status_code == 200


def test_a_users_token_opens_no_route_of_the_portal(portal: Portal) -> None:
    for method, rule in _routes(portal.api.app, of_portal=True):
        if rule.startswith(_COMING_AND_GOING) and not rule.endswith("/current"):
            continue
        body = None if method == "GET" else {}
        assert portal.api.owner.call(method, _filled(rule), body).status_code == 401, rule


def test_every_object_of_another_company_is_not_there(portal: Portal) -> None:
    mine, other = portal.client(an_address()), portal.client(an_address())
    own = (portal.invoice(mine), portal.project(mine))
    invoice, project = portal.invoice(other), portal.project(other)
    draft = portal.firm("POST", f"/clients/{mine['id']}/invoices", {"lines": []}, 201)
    visitor = portal.visitor(mine)
    for path in (
        f"/invoices/{invoice['id']}",
        f"/invoices/{invoice['id']}/pdf",
        f"/invoices/{draft['id']}",
        f"/invoices/{own[0]['id']}/credit-notes/{uuid.uuid4()}/pdf",
        f"/projects/{project['id']}",
    ):
        answer: Any = visitor.call("GET", f"/v1/portal{path}")
        assert (answer.status_code, answer.json["code"]) == (404, "portal.not_found"), path

    def shown(what: str) -> list[str]:
        found: Any = visitor.call("GET", f"/v1/portal/{what}").json
        return [each["id"] for each in found["data"]]

    assert (shown("invoices"), shown("projects")) == ([own[0]["id"]], [own[1]["id"]])
    whole: Any = visitor.call("GET", f"/v1/portal/invoices/{own[0]['id']}").json
    assert (whole["total"], whole["balance"]) == ("200.00", "200.00")
    assert not whole["lines"][0].keys() & {"rate_id", "rule"}
    start: Any = visitor.call("GET", "/v1/portal/overview").json
    assert [each["id"] for each in start["projects"]] == [own[1]["id"]]
    assert start["balances"] == [{"currency": "USD", "open": "200.00", "overdue": "0.00"}]
    assert {each["service"] for each in start["unavailable"]} == {"documents"}


@pytest.mark.parametrize(
    ("scope", "paths"),
    [
        ("projects", ["projects", f"projects/{uuid.uuid4()}", "reports"]),
        ("invoices", ["invoices", f"invoices/{uuid.uuid4()}/pdf", "reports"]),
        ("documents", ["documents", f"documents/{uuid.uuid4()}/download"]),
    ],
)
def test_what_is_not_shared_is_refused_from_the_next_request_on(
    portal: Portal, scope: str, paths: list[str]
) -> None:
    client = portal.client(an_address())
    visitor = portal.visitor(client)
    [access] = portal.firm("GET", f"/clients/{client['id']}/portal-access")["data"]
    left = [each for each in access["scopes"] if each != scope]
    path = f"/clients/{client['id']}/portal-access/{access['id']}"
    assert portal.firm("PATCH", path, {"scopes": left})["scopes"] == left
    for path in paths:
        answer: Any = visitor.call("GET", f"/v1/portal/{path}")
        assert (answer.status_code, answer.json["code"]) == (403, "portal.not_shared"), path
    assert visitor.call("GET", "/v1/portal/overview").json[scope] is None


def test_the_portals_role_sees_one_client_and_writes_nothing(
    portal: Portal, databases: Databases
) -> None:
    mine, other = portal.client(an_address()), portal.client(an_address())
    for client in (mine, other):
        portal.invoice(client)
        portal.project(client)
        portal.firm("POST", f"/clients/{client['id']}/invoices", {"lines": []}, 201)
    with psycopg.connect(databases.url("clients")) as connection:
        connection.execute("SET ROLE clients_portal")
        connection.execute(
            "SELECT set_config('app.workspace', %s, false), set_config('app.client', %s, false)",
            [str(portal.api.founded.workspace_id), mine["id"]],
        )
        for table in ("invoices", "projects"):
            seen = connection.execute(f"SELECT client_id::text FROM {table}").fetchall()
            assert seen == [(mine["id"],)], table
        assert connection.execute("SELECT count(*) FROM invoice_lines").fetchone() == (1,)
        granted = connection.execute(
            "SELECT DISTINCT privilege_type FROM information_schema.role_table_grants "
            "WHERE grantee = 'clients_portal'"
        ).fetchall()
        assert granted == [("SELECT",)]
        for table in ("clients", "contacts", "users", "portal_access", "event_log", "mails"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(sql.SQL("SELECT 1 FROM {}").format(sql.Identifier(table)))
            connection.rollback()
            connection.execute("SET ROLE clients_portal")


def test_another_workspace_invites_nobody_here(portal: Portal) -> None:
    client = portal.client(an_address())
    other = portal.api.other_workspace()
    path = f"/v1/clients/{client['id']}"
    assert other.call("GET", f"{path}/portal-access").status_code == 404
    contact = client["contacts"][0]["id"]
    assert other.call("POST", f"{path}/contacts/{contact}/invite", {}).status_code == 404
