"""Projects over HTTP, and the events they leave."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from flask.testing import FlaskClient

from tests.fixtures.databases import Databases
from tests.integration.billing.conftest import Call

Logged = Callable[..., list[dict[str, Any]]]

BODY = {"name": "Line 4 retrofit", "status": "planned"}


def path(client_id: uuid.UUID) -> str:
    """The projects of a client."""
    return f"/v1/clients/{client_id}/projects"


def test_created_project_is_answered_whole(call: Call, client_id: uuid.UUID) -> None:
    body = {**BODY, "budget_amount": "50000", "budget_hours": "400.5", "starts_on": "2026-12-01"}
    made = call("POST", path(client_id), body, expect=201)
    project = made.body
    assert project.pop("created_at") == project.pop("updated_at")
    assert project == {
        "id": project["id"],
        "client_id": str(client_id),
        "name": "Line 4 retrofit",
        "code": None,
        "status": "planned",
        "currency": "USD",
        "budget_amount": "50000.00",
        "budget_hours": "400.50",
        "spent_amount": "0.00",
        "spent_in_other_currencies": [],
        "spent_hours": "0.00",
        "unpriced_hours": "0.00",
        "budget_used": "0.00",
        "starts_on": "2026-12-01",
        "ends_on": None,
        "version": 1,
    }
    assert made.etag == '"1"'
    assert call("GET", f"/v1/projects/{project['id']}").body["budget_hours"] == "400.50"


def test_project_takes_the_currency_of_the_workspace(
    call: Call, client_id: uuid.UUID, set_workspace: Callable[..., None]
) -> None:
    set_workspace(currency="JPY")
    made = call("POST", path(client_id), {**BODY, "budget_amount": "500"}, expect=201)
    assert (made.body["currency"], made.body["budget_amount"]) == ("JPY", "500")
    wrong = call("POST", path(client_id), {**BODY, "budget_amount": "500.5"}, expect=422)
    assert [e["field"] for e in wrong.body["errors"]] == ["budget_amount"]


def test_creation_and_changes_leave_one_event_each(
    call: Call, client_id: uuid.UUID, logged: Logged
) -> None:
    made = call("POST", path(client_id), BODY, expect=201).body
    own = f"/v1/projects/{made['id']}"
    call("PATCH", own, {"budget_hours": "300"}, if_match=1)
    call("PATCH", own, {"status": "active", "code": "L4"}, if_match=2)
    created, updated, moved = logged(f"project/{made['id']}")
    assert created["type"] == "clients.project.created.v1"
    assert created["client_id"] == client_id
    assert updated["type"] == "clients.project.updated.v1"
    assert updated["data"]["changes"] == [
        {"field": "budget_hours", "before": None, "after": "300.00"}
    ]
    assert moved["type"] == "clients.project.status_changed.v1"
    assert [change["field"] for change in moved["data"]["changes"]] == ["code", "status"]
    assert moved["data"]["project"]["status"] == "active"
    assert [e["aggregate_version"] for e in (created, updated, moved)] == [1, 2, 3]


def test_change_without_effect_makes_no_version_and_no_event(
    call: Call, client_id: uuid.UUID, logged: Logged
) -> None:
    made = call("POST", path(client_id), {**BODY, "budget_amount": "10"}, expect=201).body
    same = {"name": " Line 4 retrofit ", "budget_amount": "10.000", "code": None}
    answer = call("PATCH", f"/v1/projects/{made['id']}", same, if_match=1)
    assert answer.etag == '"1"'
    assert len(logged("project/")) == 1


def test_patch_without_if_match_is_refused(call: Call, client_id: uuid.UUID) -> None:
    made = call("POST", path(client_id), BODY, expect=201).body
    call("PATCH", f"/v1/projects/{made['id']}", {"name": "Other"}, expect=428)


def test_patch_with_stale_version_is_refused(
    call: Call, client_id: uuid.UUID, logged: Logged
) -> None:
    made = call("POST", path(client_id), BODY, expect=201).body
    own = f"/v1/projects/{made['id']}"
    call("PATCH", own, {"name": "First"}, if_match=1)
    stale = call("PATCH", own, {"name": "Second"}, if_match=1, expect=412)
    assert (stale.body["code"], stale.body["version"]) == ("projects.stale_version", 2)
    assert call("GET", own).body["name"] == "First"
    assert len(logged("project/")) == 2


def test_code_is_unique_within_the_client_only(
    call: Call, client_id: uuid.UUID, make_client: Callable[..., uuid.UUID]
) -> None:
    other = make_client(client_code="AMA", company_name="Amarillo")
    coded = {**BODY, "code": "L4"}
    call("POST", path(client_id), coded, expect=201)
    call("POST", path(other), coded, expect=201)
    second = call("POST", path(client_id), BODY, expect=201).body
    taken = call("POST", path(client_id), coded, expect=409)
    assert taken.body["code"] == "projects.code_taken"
    call("PATCH", f"/v1/projects/{second['id']}", {"code": "L4"}, if_match=1, expect=409)


@pytest.mark.parametrize("change", [{"ends_on": "2026-11-30"}, {"starts_on": "2027-02-01"}])
def test_end_before_start_is_refused_whichever_is_changed(
    call: Call, client_id: uuid.UUID, change: dict[str, str]
) -> None:
    dated = {**BODY, "starts_on": "2026-12-01", "ends_on": "2027-01-31"}
    made = call("POST", path(client_id), dated, expect=201).body
    wrong = call("PATCH", f"/v1/projects/{made['id']}", change, if_match=1, expect=422)
    assert [e["code"] for e in wrong.body["errors"]] == ["before_start"]


def test_list_is_paged_newest_first_and_filtered(call: Call, client_id: uuid.UUID) -> None:
    for status in ("planned", "active", "active", "completed", "active"):
        call("POST", path(client_id), {"name": status, "status": status}, expect=201)
    first = call("GET", path(client_id) + "?limit=3").body
    second = call("GET", path(client_id) + f"?limit=3&cursor={first['next']}").body
    names = [row["name"] for row in first["data"] + second["data"]]
    assert names == ["active", "completed", "active", "active", "planned"]
    assert second["next"] is None
    active = call("GET", path(client_id) + "?status=active").body["data"]
    assert [row["status"] for row in active] == ["active"] * 3
    forged = call("GET", path(client_id) + f"?status=active&cursor={first['next']}", expect=422)
    assert forged.body["errors"][0]["field"] == "cursor"


def test_unknown_client_and_project_are_not_found(call: Call) -> None:
    nobody = uuid.uuid4()
    call("GET", path(nobody), expect=404)
    call("POST", path(nobody), BODY, expect=404)
    call("GET", f"/v1/projects/{nobody}", expect=404)
    call("PATCH", f"/v1/projects/{nobody}", {}, if_match=1, expect=404)


def test_another_workspace_sees_nothing(
    call: Call, client_id: uuid.UUID, http: FlaskClient
) -> None:
    made = call("POST", path(client_id), BODY, expect=201).body
    http.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {uuid.uuid4()}"
    call("GET", f"/v1/projects/{made['id']}", expect=404)
    call("PATCH", f"/v1/projects/{made['id']}", {"name": "Mine"}, if_match=1, expect=404)
    call("GET", path(client_id), expect=404)


def test_a_name_from_before_it_was_checked_is_kept_while_the_rest_changes(
    call: Call, client_id: uuid.UUID, databases: Databases
) -> None:
    project = call("POST", path(client_id), BODY, expect=201).body
    own, stored = f"/v1/projects/{project['id']}", "A\x01\nB"
    with psycopg.connect(databases.url("clients")) as connection:
        connection.execute("UPDATE projects SET name = %s WHERE id = %s", [stored, project["id"]])
    assert call("GET", own).body["name"] == stored
    assert call("PATCH", own, {"status": "active"}, if_match=1).body["name"] == stored
    wrong = call("PATCH", own, {"name": stored}, if_match=2, expect=422).body
    assert [(e["field"], e["code"]) for e in wrong["errors"]] == [("name", "control_character")]


def test_a_currency_that_is_no_money_is_kept_until_it_is_changed(
    call: Call, client_id: uuid.UUID, set_workspace: Callable[..., None]
) -> None:
    set_workspace(currency="XAU")
    project = call("POST", path(client_id), BODY, expect=201).body
    own = f"/v1/projects/{project['id']}"
    assert call("PATCH", own, {"status": "active"}, if_match=1).body["currency"] == "XAU"
    call("PATCH", own, {"currency": "XAU"}, if_match=2, expect=422)
