"""One change to many clients is that change to each of them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.integration.transfer.conftest import Transfer

DELETED = "clients.client.deleted.v1"


@pytest.fixture
def ids(transfer: Transfer) -> list[str]:
    """Five clients."""
    bodies = [
        {"company_name": f"Firm {n}", "primary_contact": {"email": f"info@firm{n}.org"}}
        for n in range(5)
    ]
    return [transfer.ok("POST", "/clients", body)["id"] for body in bodies]


def _bulk(transfer: Transfer, **body: Any) -> Any:
    return transfer.finish(transfer.ok("POST", "/clients/bulk", body))


def test_every_named_client_changes_with_an_event_of_its_own(
    transfer: Transfer, ids: list[str], events: Any
) -> None:
    told = {"action": "set_status", "value": "inactive", "ids": ids[:3], "reason": "Season"}
    job = _bulk(transfer, **told)
    assert job["progress"]["updated"] == 3
    found = [client["status"] for client in transfer.clients().values()]
    assert sorted(found) == ["active", "active", "inactive", "inactive", "inactive"]
    assert events()["clients.client.status_changed.v1"] == 3
    again = _bulk(transfer, **told)
    assert [row["state"] for row in transfer.rows(again)] == ["unchanged"] * 3


def test_codes_are_given_to_those_that_came_without_one(transfer: Transfer, ids: list[str]) -> None:
    transfer.start(transfer.send(b"Company,Mail\nBare,a@bare.org\nBarn,a@barn.org\n"))
    found = transfer.clients()
    bare = [found["Bare"]["id"], found["Barn"]["id"]]
    assert {found[name]["client_code"] for name in ("Bare", "Barn")} == {None}
    job = _bulk(transfer, action="give_code", ids=[*bare, *ids])
    states = {row["client_id"]: row["state"] for row in transfer.rows(job)}
    assert states == dict.fromkeys(bare, "updated") | dict.fromkeys(ids, "unchanged")
    codes = {client["client_code"] for client in transfer.clients().values()}
    assert None not in codes
    assert len(codes) == len(found)


def test_a_filter_takes_all_it_leaves(transfer: Transfer, ids: list[str]) -> None:
    _bulk(transfer, action="set_status", value="inactive", ids=ids[:2])
    job = _bulk(transfer, action="set_industry", value="Technology", filter={"status": ["active"]})
    assert {row["client_id"] for row in transfer.rows(job)} == set(ids[2:])
    assert len(transfer.ok("GET", "/clients?industry=Technology")["data"]) == 3


def test_a_client_that_is_not_there_fails_alone(transfer: Transfer, ids: list[str]) -> None:
    nobody = "01a20784-39b8-7487-a155-41f75a4ccad5"
    job = _bulk(transfer, action="set_status", value="pending", ids=[nobody, ids[0]])
    assert job["progress"]["failed"] == 1
    (row,) = transfer.rows(job, "failed")
    assert (row["client_id"], row["errors"][0]["code"]) == (nobody, "clients.not_found")


def test_a_deletion_wants_the_confirmation_of_its_plan(
    transfer: Transfer, ids: list[str], events: Any
) -> None:
    wanted = {"action": "delete", "ids": ids[:4]}
    assert transfer.caller.call("POST", "/v1/clients/bulk", wanted).status_code == 422
    plan = transfer.ok("POST", "/clients/bulk/plan", wanted)
    assert plan["count"] == 4
    job = _bulk(transfer, **wanted, confirm=plan["confirm"])
    assert [row["state"] for row in transfer.rows(job)] == ["deleted"] * 4
    assert events()[DELETED] == 4
    assert list(transfer.clients()) == ["Firm 4"]


def test_a_plan_of_another_number_of_clients_does_not_confirm(
    transfer: Transfer, ids: list[str]
) -> None:
    wanted = {"action": "delete", "filter": {"q": "firm"}}
    plan = transfer.ok("POST", "/clients/bulk/plan", wanted)
    transfer.ok(
        "POST",
        "/clients",
        {"company_name": "Firm X", "primary_contact": {"email": "info@firmx.org"}},
    )
    body = {**wanted, "confirm": plan["confirm"]}
    answer = transfer.caller.call("POST", "/v1/clients/bulk", body)
    assert answer.status_code == 409
    assert answer.json is not None
    assert answer.json["plan"]["count"] == 6


def test_deleting_needs_the_right_to_delete(transfer: Transfer, ids: list[str]) -> None:
    wanted = {"action": "delete", "ids": ids}
    plan = transfer.ok("POST", "/clients/bulk/plan", wanted)
    weak = transfer.api.with_permissions(frozenset({"clients.view", "clients.update"}))
    body = {**wanted, "confirm": plan["confirm"]}
    assert weak.call("POST", "/v1/clients/bulk", body).status_code == 403


@pytest.mark.parametrize(
    "body",
    [
        {"action": "set_status", "value": "sleeping", "ids": []},
        {"action": "set_status", "value": "active"},
        {"action": "set_status", "value": "active", "filter": {}, "ids": ["x"]},
        {"action": "dance", "filter": {}},
        {"action": "add_tags", "value": "vip", "filter": {}},
    ],
)
def test_what_makes_no_sense_is_refused(transfer: Transfer, body: Any) -> None:
    assert transfer.caller.call("POST", "/v1/clients/bulk", body).status_code == 422
