"""A deletion does what its plan said, once, and leaves the books."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text
from werkzeug.test import TestResponse

from services.clients.values import confirmations
from shared import clock
from tests.fixtures.api import Api, Caller

CLIENT = {
    "company_name": "Acme Machines",
    "client_code": "ACM",
    "primary_contact": {"name": "Jo Park", "email": "jo@acme.example.com"},
    "rates": [{"position": "Engineer", "regular_rate": "150.00"}],
    "contacts": [{"name": "Ana", "email": "ana@acme.example.com"}],
}


@pytest.fixture
def acme(api: Api) -> str:
    """A client with a contact and a rate; its id."""
    made: Any = api.owner.call("POST", "/v1/clients", CLIENT).json
    return str(made["id"])


def _plan(caller: Caller, client_id: str) -> Any:
    return caller.call("GET", f"/v1/clients/{client_id}/deletion-plan").json


def _delete(caller: Caller, client_id: str, confirm: str) -> Any:
    return caller.call("DELETE", f"/v1/clients/{client_id}?confirm={confirm}")


def _counts(plan: Any) -> dict[str, Any]:
    return {entry["kind"]: entry["count"] for entry in plan["goes"]}


def test_the_plan_counts_what_goes(api: Api, acme: str) -> None:
    plan = _plan(api.owner, acme)
    counts = _counts(plan)
    assert (counts["contacts"], counts["rates"], plan["stays"]) == (1, 1, [])


def test_a_confirmed_deletion_erases_the_record_and_frees_its_code(api: Api, acme: str) -> None:
    answer = _delete(api.owner, acme, _plan(api.owner, acme)["confirm"])
    assert answer.status_code == 202
    assert answer.json["deletion_id"]
    assert api.owner.call("GET", f"/v1/clients/{acme}").status_code == 404
    again = api.owner.call("POST", "/v1/clients", CLIENT)
    assert again.status_code == 201


@pytest.mark.parametrize("confirm", ["", "yes", "1234567890abc", "☃", "9" * 60])
def test_without_a_note_of_ours_nothing_is_deleted(api: Api, acme: str, confirm: str) -> None:
    assert _delete(api.owner, acme, confirm).status_code in {409, 422}
    assert api.owner.call("GET", f"/v1/clients/{acme}").status_code == 200


@pytest.mark.parametrize(
    ("method", "part", "body"),
    [
        ("POST", "/contacts", {"name": "New", "email": "n@acme.example.com"}),
        ("POST", "/projects", {"name": "Line 4", "status": "planned"}),
        ("PATCH", "", {"company_name": "Acme Machines and Sons"}),
        ("PUT", "/status", {"status": "inactive"}),
    ],
)
def test_a_change_after_the_plan_asks_for_a_new_one(
    api: Api, acme: str, method: str, part: str, body: dict[str, Any]
) -> None:
    """Also one that leaves every count as it was."""
    confirm = _plan(api.owner, acme)["confirm"]
    changed = api.owner.call(method, f"/v1/clients/{acme}{part}", body, If_Match="*")
    assert changed.status_code < 300, changed.json
    answer = _delete(api.owner, acme, confirm)
    assert (answer.status_code, answer.json["code"]) == (409, "lifecycle.plan_outdated")
    assert _delete(api.owner, acme, _plan(api.owner, acme)["confirm"]).status_code == 202


def test_the_note_of_one_client_deletes_no_other(api: Api, acme: str) -> None:
    twin = {**CLIENT, "client_code": "OTH", "allow_duplicate": True}
    other: Any = api.owner.call("POST", "/v1/clients", twin).json
    assert _delete(api.owner, other["id"], _plan(api.owner, acme)["confirm"]).status_code == 409


def test_deleting_needs_its_own_permission(api: Api, acme: str) -> None:
    member = api.with_role("member")
    assert member.call("GET", f"/v1/clients/{acme}/deletion-plan").status_code == 403
    confirm = _plan(api.owner, acme)["confirm"]
    assert _delete(member, acme, confirm).status_code == 403


def test_issued_invoices_stay_with_their_number_and_the_code_stays_taken(
    api: Api, acme: str
) -> None:
    line = {"description": "Work", "quantity": "2", "unit_price": "100.00"}
    made: Any = api.owner.call("POST", f"/v1/clients/{acme}/invoices", {"lines": [line]}).json
    issued: Any = api.owner.call("POST", f"/v1/invoices/{made['id']}/issue", {}).json
    draft: Any = api.owner.call("POST", f"/v1/clients/{acme}/invoices", {"lines": [line]}).json
    plan = _plan(api.owner, acme)
    assert _counts(plan)["draft_invoices"] == 1
    assert plan["stays"] == [{"kind": "issued_invoices", "count": 1}]
    assert _delete(api.owner, acme, plan["confirm"]).status_code == 202
    kept: Any = api.owner.call("GET", f"/v1/invoices/{made['id']}").json
    assert kept["number"] == issued["number"]
    assert api.owner.call("GET", f"/v1/invoices/{draft['id']}").status_code == 404
    taken = api.owner.call("POST", "/v1/clients", CLIENT)
    assert taken.status_code == 422


def test_the_event_of_a_deletion_names_nobody(api: Api, acme: str) -> None:
    _delete(api.owner, acme, _plan(api.owner, acme)["confirm"])
    with api.runtime.pipe_engine.connect() as connection:
        data = connection.scalar(
            text("SELECT data FROM event_log WHERE type = 'clients.client.deleted.v1'")
        )
    assert data == {"client": {"id": acme, "client_code": "ACM"}}


def test_a_deletion_sent_twice_with_one_key_is_answered_the_same(api: Api, acme: str) -> None:
    path = f"/v1/clients/{acme}?confirm={_plan(api.owner, acme)['confirm']}"
    answers = [api.owner.call("DELETE", path, Idempotency_Key="gone") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [202, 202]
    assert answers[0].json == answers[1].json


def test_a_plan_is_good_for_ten_minutes(
    api: Api, acme: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = _plan(api.owner, acme)
    left = datetime.fromisoformat(plan["expires_at"]) - clock.now()
    assert timedelta(minutes=9, seconds=50) < left <= timedelta(minutes=10)
    late = datetime.fromisoformat(plan["expires_at"]) + timedelta(seconds=1)
    monkeypatch.setattr(confirmations, "now", lambda: late.astimezone(UTC))
    assert _delete(api.owner, acme, plan["confirm"]).status_code == 409
    monkeypatch.undo()
    assert _delete(api.owner, acme, plan["confirm"]).status_code == 202


def test_the_note_of_one_workspace_deletes_nothing_in_another(api: Api, acme: str) -> None:
    confirm = _plan(api.owner, acme)["confirm"]
    assert _delete(api.other_workspace(), acme, confirm).status_code == 404
    assert api.owner.call("GET", f"/v1/clients/{acme}").status_code == 200


def test_what_was_deleted_stays_deleted(api: Api, acme: str) -> None:
    confirm = _plan(api.owner, acme)["confirm"]
    assert _delete(api.owner, acme, confirm).status_code == 202
    assert _delete(api.owner, acme, confirm).status_code == 404
    path = f"/v1/clients/{acme}"
    assert api.owner.call("GET", f"{path}/deletion-plan").status_code == 404
    for part in ("contacts", "rates", "projects", "invoices"):
        assert api.owner.call("GET", f"{path}/{part}").status_code == 404
    changed = api.owner.call("PATCH", path, {"company_name": "Back"}, If_Match="*")
    assert changed.status_code == 404


def test_a_deletion_is_written_down_without_a_name(api: Api, acme: str) -> None:
    plan = _plan(api.owner, acme)
    answer = _delete(api.owner, acme, plan["confirm"])
    query = text("SELECT d.*, e.type, e.subject FROM deletions d JOIN event_log e USING (event_id)")
    with api.runtime.unit_of_work(api.origin()) as uow:
        row = uow.session.execute(query).one()
    assert (str(row.id), answer.json["state"]) == (answer.json["deletion_id"], "running")
    assert (str(row.client_id), row.type) == (acme, "clients.client.deleted.v1")
    assert row.goes == plan["goes"]
    assert "Acme" not in str(row._mapping)


def _together(*calls: Callable[[], TestResponse]) -> list[int]:
    with ThreadPoolExecutor(len(calls)) as threads:
        return [future.result().status_code for future in [threads.submit(c) for c in calls]]


def test_of_many_deletions_at_once_one_is_carried_out(api: Api, acme: str) -> None:
    confirm = _plan(api.owner, acme)["confirm"]
    statuses = _together(*[lambda: _delete(api.owner, acme, confirm)] * 6)
    assert sorted(statuses) == [202, 404, 404, 404, 404, 404]
    with api.runtime.unit_of_work(api.origin()) as uow:
        assert uow.session.scalar(text("SELECT count(*) FROM deletions")) == 1


@pytest.mark.parametrize("attempt", range(4))
def test_an_invoice_issued_at_the_same_moment_is_never_lost(
    api: Api, acme: str, attempt: int
) -> None:
    """Either it was issued first and the plan no longer holds, or there is none to issue."""
    line = {"description": "Work", "quantity": "2", "unit_price": "100.00"}
    made: Any = api.owner.call("POST", f"/v1/clients/{acme}/invoices", {"lines": [line]}).json
    confirm = _plan(api.owner, acme)["confirm"]
    calls = [
        lambda: api.owner.call("POST", f"/v1/invoices/{made['id']}/issue", {}),
        lambda: _delete(api.owner, acme, confirm),
    ]
    statuses = _together(*(calls if attempt % 2 else reversed(calls)))
    issued, deleted = statuses if attempt % 2 else reversed(statuses)
    assert (issued, deleted) in {(200, 409), (404, 202)}
    answer = api.owner.call("GET", f"/v1/invoices/{made['id']}").status_code
    assert answer == (200 if issued == 200 else 404)
