"""Entering time, changing it, taking it back, finding it (B2)."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest

from shared.security.permissions import CLIENTS_VIEW
from tests.fixtures.api import Api
from tests.fixtures.databases import Databases
from tests.integration.time_entries.conftest import Ok, hours_of

Events = Callable[[str], list[tuple[str, dict[str, Any]]]]


def test_entered_hours_are_answered_whole_and_told(
    ok: Ok, client_id: str, project_id: str, events: Events
) -> None:
    made = ok("POST", "/time-entries", hours_of(project_id, note="Drawings"))
    assert made.pop("created_at") == made.pop("updated_at")
    told = {**made}
    assert told.pop("regular_hours") == "7.50"
    assert made == {
        "id": made["id"],
        "client_id": client_id,
        "project_id": project_id,
        "position": "Engineer",
        "person": "Ana Ruiz",
        "person_name": "Ana Ruiz",
        "date": "2026-11-23",
        "hours": "7.50",
        "overtime": False,
        "regular_hours": "7.50",
        "overtime_hours": "0.00",
        "note": "Drawings",
        "invoice_id": None,
        "version": 1,
    }
    project = {"id": project_id, "name": "Line 4 retrofit"}
    assert events(f"time_entry/{made['id']}") == [
        ("clients.time_entry.added.v1", {"time_entry": told, "project": project})
    ]
    assert ok("GET", f"/time-entries/{made['id']}")["hours"] == "7.50"


def test_a_user_is_named_by_id(ok: Ok, refused: Ok, project_id: str) -> None:
    password = "correct horse battery"
    user = {"email": "bo@example.com", "name": "Bo Lind", "password": password, "role": "member"}
    user_id = ok("POST", "/users", user)["id"]
    made = ok("POST", "/time-entries", hours_of(project_id, person=user_id))
    assert (made["person"], made["person_name"]) == (user_id, "Bo Lind")
    unknown = hours_of(project_id, person=str(uuid.uuid4()))
    assert refused("POST", "/time-entries", unknown)[2] == {"person": "unknown_user"}


def test_changes_are_told_and_one_without_effect_is_none(
    ok: Ok, refused: Ok, project_id: str, events: Events
) -> None:
    made = ok("POST", "/time-entries", hours_of(project_id))
    own = f"/time-entries/{made['id']}"
    same = ok("PATCH", own, {"hours": "7.50", "person": "Ana Ruiz"}, If_Match='"1"')
    assert same["version"] == 1
    changes = {"hours": "6", "date": "2026-11-30", "overtime": True, "person": "Bo"}
    changed = ok("PATCH", own, changes, If_Match='"1"')
    assert (changed["hours"], changed["overtime_hours"], changed["version"]) == ("6.00", "6.00", 2)
    assert refused("PATCH", own, {"hours": "1"}, If_Match='"1"')[:2] == (
        412,
        "time_entries.stale_version",
    )
    assert refused("PATCH", own, {"hours": "1"})[0] == 428
    ok("DELETE", own)
    assert refused("GET", own)[0] == 404
    told = events(f"time_entry/{made['id']}")
    assert [kind.split(".")[2] for kind, _ in told] == ["added", "updated", "removed"]
    fields = [change["field"] for change in told[1][1]["changes"]]
    assert fields == ["person", "date", "hours", "overtime"]
    assert told[2][1]["time_entry"]["version"] == 3


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"hours": "-1"}, "too_small"),
        ({"hours": "0"}, "too_small"),
        ({"hours": "0.00"}, "too_small"),
        ({"hours": "24.01"}, "too_large"),
        ({"hours": "25"}, "too_large"),
        ({"hours": "7.505"}, "too_precise"),
        ({"hours": "NaN"}, "wrong_type"),
        ({"hours": "Infinity"}, "wrong_type"),
        ({"hours": "1e1"}, "wrong_type"),
        ({"hours": True}, "wrong_type"),
        ({"hours": None}, "null"),
        ({"date": "2026-02-30"}, "wrong_type"),
        ({"date": "20261123"}, "wrong_type"),
        ({"position": " "}, "too_short"),
        ({"person": ""}, "too_short"),
        ({"person": "x" * 201}, "too_long"),
        ({"note": "x" * 1001}, "too_long"),
        ({"overtime": "yes"}, "wrong_type"),
        ({"project_id": "none"}, "wrong_type"),
        ({"project_id": str(uuid.UUID(int=7))}, "unknown_project"),
        ({"invoice_id": str(uuid.UUID(int=7))}, "unknown_field"),
    ],
)
def test_what_is_wrong_is_named_and_nothing_is_written(
    ok: Ok, refused: Ok, project_id: str, wrong: dict[str, Any], code: str
) -> None:
    answer = refused("POST", "/time-entries", {**hours_of(project_id), **wrong})
    assert answer[0] == 422
    assert answer[2] == {next(iter(wrong)): code}
    assert ok("GET", "/time-entries")["data"] == []


def test_no_time_on_a_closed_project_nor_for_the_internal_client(
    ok: Ok, refused: Ok, client_id: str, project_id: str, make_client: Any, make_project: Any
) -> None:
    entry = ok("POST", "/time-entries", hours_of(project_id))
    ok("PATCH", f"/projects/{project_id}", {"status": "completed"}, If_Match='"1"')
    assert refused("POST", "/time-entries", hours_of(project_id))[2] == {
        "project_id": "project_closed"
    }
    own = f"/time-entries/{entry['id']}"
    assert refused("PATCH", own, {"hours": "8"}, If_Match='"1"')[2] == {
        "project_id": "project_closed"
    }
    cancelled = make_project(client_id, status="cancelled")
    assert refused("POST", "/time-entries", hours_of(cancelled))[0] == 422
    own_firm = make_client(company_name="Our own firm", settings={"internal": True})
    internal = make_project(own_firm)
    assert refused("POST", "/time-entries", hours_of(internal))[2] == {
        "project_id": "internal_client"
    }
    assert len(ok("GET", "/time-entries")["data"]) == 1


def test_an_entry_stays_with_its_client(
    ok: Ok, refused: Ok, client_id: str, project_id: str, make_client: Any, make_project: Any
) -> None:
    own = f"/time-entries/{ok('POST', '/time-entries', hours_of(project_id))['id']}"
    elsewhere = make_project(make_client())
    assert refused("PATCH", own, {"project_id": elsewhere}, If_Match='"1"')[2] == {
        "project_id": "unknown_project"
    }
    other = make_project(client_id, name="Another")
    assert ok("PATCH", own, {"project_id": other}, If_Match='"1"')["project_id"] == other


def test_a_person_has_twenty_four_hours_a_day_whatever_they_work_on(
    ok: Ok, refused: Ok, project_id: str, make_client: Any, make_project: Any
) -> None:
    ok("POST", "/time-entries", hours_of(project_id, "16"))
    elsewhere = make_project(make_client())
    second = hours_of(elsewhere, "8.01", person="ANA RUIZ")
    assert refused("POST", "/time-entries", second)[2] == {"hours": "too_many_hours"}
    entry = ok("POST", "/time-entries", {**second, "hours": "8"})
    own = f"/time-entries/{entry['id']}"
    assert refused("PATCH", own, {"hours": "9"}, If_Match='"1"')[0] == 422
    assert ok("GET", own)["hours"] == "8.00"
    ok("POST", "/time-entries", hours_of(project_id, "24", person="Bo"))
    ok("POST", "/time-entries", hours_of(project_id, "24", date="2026-11-24"))


def test_two_at_once_do_not_fill_a_day_twice(
    api: Api, ok: Ok, make_client: Any, make_project: Any
) -> None:
    bodies = [hours_of(make_project(make_client()), "13") for _ in range(4)]

    def enter(body: dict[str, Any]) -> int:
        return api.owner.call("POST", "/v1/time-entries", body).status_code

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(enter, bodies)) == [201, 422, 422, 422]
    assert len(ok("GET", "/time-entries")["data"]) == 1


def test_billed_time_is_locked(ok: Ok, refused: Ok, project_id: str, databases: Databases) -> None:
    entry = ok("POST", "/time-entries", hours_of(project_id))
    own = f"/time-entries/{entry['id']}"
    with psycopg.connect(databases.url("clients")) as connection:
        connection.execute(
            "UPDATE time_entries SET invoice_id = %s, invoice_line_ids = '{}'", [uuid.uuid4()]
        )
    assert refused("PATCH", own, {"hours": "1"}, If_Match='"1"')[:2] == (409, "time_entries.billed")
    assert refused("DELETE", own)[:2] == (409, "time_entries.billed")
    assert len(ok("GET", "/time-entries?billed=true")["data"]) == 1
    assert ok("GET", "/time-entries?billed=false")["data"] == []


def test_time_is_found_by_client_project_person_and_days(
    ok: Ok, refused: Ok, client_id: str, project_id: str, make_client: Any, make_project: Any
) -> None:
    elsewhere = make_client()
    other = make_project(elsewhere)
    for day, project in ((22, project_id), (23, project_id), (23, other), (29, other)):
        ok("POST", "/time-entries", hours_of(project, "1", date=f"2026-11-{day}"))
    ok("POST", "/time-entries", hours_of(other, "1", person="Bo", date="2026-11-30"))

    def days(query: str) -> list[str]:
        return [row["date"][-2:] for row in ok("GET", f"/time-entries?{query}")["data"]]

    assert days("") == ["30", "29", "23", "23", "22"]
    assert days(f"client_id={client_id}") == ["23", "22"]
    assert days(f"project_id={other}&person=ana+ruiz") == ["29", "23"]
    assert days("week=2026-W48&person=Ana+Ruiz") == ["29", "23", "23"]
    assert days("from=2026-11-23&to=2026-11-29") == ["29", "23", "23"]
    assert days("person=nobody") == []
    first = ok("GET", "/time-entries?limit=3")
    rest = ok("GET", f"/time-entries?limit=3&cursor={first['next']}")
    assert [row["date"][-2:] for row in first["data"] + rest["data"]] == days("")
    assert refused("GET", "/time-entries?from=2026-11-23&to=2026-11-22")[2] == {
        "to": "before_start"
    }
    assert refused("GET", "/time-entries?week=2026-W54")[2] == {"week": "invalid_week"}


def test_time_is_seen_and_written_by_those_who_may(api: Api, project_id: str) -> None:
    viewer, member = api.with_role("viewer"), api.with_role("member")
    assert viewer.call("GET", "/v1/time-entries").status_code == 200
    assert viewer.call("POST", "/v1/time-entries", hours_of(project_id)).status_code == 403
    made = member.call("POST", "/v1/time-entries", hours_of(project_id))
    assert made.status_code == 201
    own = f"/v1/time-entries/{made.json['id']}"  # type: ignore[index]
    stranger = api.other_workspace()
    assert stranger.call("GET", own).status_code == 404
    assert stranger.call("DELETE", own).status_code == 404
    assert stranger.call("GET", "/v1/time-entries").json == {"data": [], "next": None}
    without = api.with_permissions(frozenset({CLIENTS_VIEW}))
    assert without.call("GET", own).status_code == 403


def test_time_goes_along_with_a_merge_and_with_its_client(
    ok: Ok, refused: Ok, client_id: str, project_id: str, make_client: Any
) -> None:
    own = f"/time-entries/{ok('POST', '/time-entries', hours_of(project_id))['id']}"
    kept = make_client()
    ok("POST", f"/clients/{client_id}/merge", {"into": kept})
    assert ok("GET", own)["client_id"] == kept
    assert ok("PATCH", own, {"hours": "3"}, If_Match='"1"')["hours"] == "3.00"
    goes = {each["kind"]: each["count"] for each in _plan(ok, kept)["goes"]}
    assert goes["time_entries"] == 1


def _plan(ok: Ok, client_id: str) -> Any:
    return ok("GET", f"/clients/{client_id}/deletion-plan")
