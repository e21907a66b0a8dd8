"""Saved views: kept, shared, changed, applied; told as events."""

from __future__ import annotations

import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.factories.clients import client_body
from tests.fixtures.api import Api, Caller, codes_of

PATH = "/v1/views"
BODY = {"name": " Idle  ones ", "query": {"status": ["inactive"], "sort": "-company_name"}}


def _view(caller: Caller, name: str = "Idle", **more: Any) -> Any:
    made: Any = caller.call("POST", PATH, {"name": name, **more})
    assert made.status_code == 201, made.text
    return made.json


def _client(api: Api, name: str, **more: Any) -> None:
    made = api.owner.call(
        "POST", "/v1/clients", {**client_body(company_name=name, **more), "allow_duplicate": True}
    )
    assert made.status_code == 201, made.text


def _names(caller: Caller, query: str) -> list[str]:
    found: Any = caller.call("GET", f"/v1/clients?{query}")
    assert found.status_code == 200, found.text
    return [client["company_name"] for client in found.json["data"]]


@pytest.fixture
def three(api: Api) -> None:
    """Three clients to be found."""
    _client(api, "Alpha", client_code="ALP", status="inactive", tags=["vip"])
    _client(api, "Beta", client_code="BET", status="inactive", industry="Materials")
    _client(api, "Gamma", client_code="GAM", tags=["vip"])


def test_a_view_is_saved_read_and_told(api: Api) -> None:
    made: Any = api.owner.call("POST", PATH, BODY)
    assert (made.status_code, made.headers["ETag"]) == (201, '"1"')
    assert made.json["name"] == "Idle  ones"
    assert (made.json["query"], made.json["shared"]) == (BODY["query"], False)
    assert made.json["created_by"]["kind"] == "api_key"
    assert api.owner.call("GET", made.headers["Location"]).json == made.json
    assert api.owner.call("GET", PATH).json == {"data": [made.json], "next": None}
    (told,) = api.events("clients.view.added.v1")
    assert told["view"] == {name: made.json[name] for name in ("id", "name", "shared", "query")}


def test_a_view_is_changed_and_removed(api: Api) -> None:
    where = f"{PATH}/{_view(api.owner, query={'q': 'Jo Doe', 'tag': ['vip']})['id']}"
    changes = {"query": {"q": "Ann", "status": ["active"]}, "shared": True}
    changed: Any = api.owner.call("PATCH", where, changes, If_Match='"1"')
    assert (changed.json["version"], changed.json["query"]) == (2, changes["query"])
    late: Any = api.owner.call("PATCH", where, {"name": "Late"}, If_Match='"1"')
    assert (late.status_code, late.json["code"]) == (412, "views.stale_version")
    assert api.owner.call("PATCH", where, changes).json["version"] == 2
    assert api.owner.call("DELETE", where, If_Match='"1"').status_code == 412
    assert api.owner.call("DELETE", where, If_Match='"2"').status_code == 204
    assert api.owner.call("GET", where).status_code == 404
    (updated,) = api.events("clients.view.updated.v1")
    assert updated["changes"] == [
        {"field": "shared", "before": False, "after": True},
        {"field": "query.q", "before": "hidden", "after": "hidden"},
        {"field": "query.status", "before": None, "after": ["active"]},
        {"field": "query.tag", "before": ["vip"], "after": None},
    ]
    assert len(api.events("clients.view.removed.v1")) == 1


@pytest.mark.usefixtures("three")
def test_a_view_is_applied_and_what_is_said_besides_wins(api: Api) -> None:
    view = _view(api.owner, query={**BODY["query"], "fields": ["client_code"]})
    found: Any = api.owner.call("GET", f"/v1/clients?view={view['id']}").json["data"]
    assert [client["client_code"] for client in found] == ["BET", "ALP"]
    assert set(found[0]) == {"id", "version", "client_code"}
    given = f"view={view['id']}&fields=company_name"
    assert _names(api.owner, f"{given}&sort=company_name") == ["Alpha", "Beta"]
    assert _names(api.owner, f"{given}&status=active") == ["Gamma"]
    assert _names(api.owner, f"{given}&tag=vip") == ["Alpha"]
    facets: Any = api.owner.call("GET", f"/v1/clients/facets?view={view['id']}").json
    assert facets["status"] == [{"value": "inactive", "count": 2}]


@pytest.mark.usefixtures("three")
def test_pages_of_a_view_follow_each_other(api: Api) -> None:
    view = _view(api.owner, query={"sort": "-company_name", "fields": ["company_name"]})
    first: Any = api.owner.call("GET", f"/v1/clients?view={view['id']}&limit=2").json
    rest = f"view={view['id']}&limit=2&cursor={first['next']}"
    assert [client["company_name"] for client in first["data"]] == ["Gamma", "Beta"]
    assert _names(api.owner, rest) == ["Alpha"]


def test_a_shared_view_is_seen_by_all_and_changed_by_few(api: Api) -> None:
    maker, other, manager = (api.with_role(role) for role in ("viewer", "member", "owner"))
    mine, shared = _view(maker, "Mine"), _view(maker, "Shared", shared=True)
    seen: Any = other.call("GET", PATH).json["data"]
    assert [view["name"] for view in seen] == ["Shared"]
    for caller in (other, manager):
        assert caller.call("GET", f"{PATH}/{mine['id']}").status_code == 404
        assert caller.call("PATCH", f"{PATH}/{mine['id']}", {"name": "x"}).status_code == 404
        assert caller.call("GET", f"/v1/clients?view={mine['id']}").status_code == 404
    where = f"{PATH}/{shared['id']}"
    refused: Any = other.call("PATCH", where, {"name": "x"})
    assert (refused.status_code, refused.json["code"]) == (403, "views.not_yours")
    assert other.call("DELETE", where).status_code == 403
    assert other.call("GET", f"/v1/clients?view={shared['id']}").status_code == 200
    assert manager.call("PATCH", where, {"name": "Ours"}).json["name"] == "Ours"
    assert maker.call("DELETE", where).status_code == 204


def test_another_workspace_sees_no_view(api: Api) -> None:
    shared, other = _view(api.owner, shared=True), api.other_workspace()
    assert other.call("GET", PATH).json["data"] == []
    for method in ("GET", "PATCH", "DELETE"):
        assert other.call(method, f"{PATH}/{shared['id']}").status_code == 404
    assert other.call("GET", f"/v1/clients?view={shared['id']}").status_code == 404


def test_a_name_is_given_once(api: Api) -> None:
    one, two = api.with_role("member"), api.with_role("member")
    _view(one, "Straße")
    again: Any = one.call("POST", PATH, {"name": "STRASSE", "shared": True})
    assert (again.status_code, codes_of(again)) == (422, {"name": "duplicate"})
    theirs = _view(two, "strasse", shared=True)
    private = _view(one, "Other")
    clash: Any = one.call("PATCH", f"{PATH}/{private['id']}", {"name": "straSSe"})
    assert codes_of(clash) == {"name": "duplicate"}
    third = api.with_role("member")
    same = _view(third, "STRASSE")
    shared: Any = third.call("PATCH", f"{PATH}/{same['id']}", {"shared": True})
    assert codes_of(shared) == {"name": "duplicate"}
    assert two.call("PATCH", f"{PATH}/{theirs['id']}", {"name": "Strasse"}).status_code == 200


def test_of_two_views_saved_at_once_under_a_name_one_is(api: Api) -> None:
    callers = [api.with_role("member") for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        body = {"name": "Same", "shared": True}
        found = list(pool.map(lambda it: it.call("POST", PATH, body).status_code, callers))
    assert sorted(found) == [201, 422, 422, 422]


WRONG: list[tuple[dict[str, Any], set[str]]] = [
    ({"name": ""}, {"name"}),
    ({"name": "\u200b"}, {"name"}),
    ({"name": "a\nb"}, {"name"}),
    ({"name": "x" * 101}, {"name"}),
    ({"name": None}, {"name"}),
    ({"query": {"status": ["gone"]}}, {"query.status[0]"}),
    ({"query": {"sort": "tax_id", "owner": "you"}}, {"query.sort", "query.owner"}),
    ({"query": {"fields": ["boss", "client_code", "a.b"]}}, {"query.fields"}),
    ({"query": {"fields": 7}}, {"query.fields"}),
    ({"query": {"limit": 5, "cursor": "x"}}, {"query.limit", "query.cursor"}),
    ({"query": {"view": str(uuid.uuid4())}}, {"query.view"}),
    ({"query": []}, {"query"}),
    ({"shared": "yes"}, {"shared"}),
    ({"created_by": {}}, {"created_by"}),
]


@pytest.mark.parametrize(("changes", "fields"), WRONG)
def test_what_is_no_view_is_refused(api: Api, changes: dict[str, Any], fields: set[str]) -> None:
    answer: Any = api.owner.call("POST", PATH, {"name": "A view", **changes})
    assert answer.status_code == 422
    assert set(codes_of(answer)) == fields
    where = f"{PATH}/{_view(api.owner)['id']}"
    assert api.owner.call("PATCH", where, changes).status_code == 422


@pytest.mark.usefixtures("three")
def test_a_view_of_what_was_retired_finds_who_has_it(api: Api) -> None:
    field = {"key": "tier", "label": "Tier", "type": "text"}
    own: Any = api.owner.call("POST", "/v1/workspace/custom-fields", field)
    _client(api, "Delta", client_code="DEL", tags=["vip"], custom_fields={"tier": "Gold"})
    wanted = {"industry": ["Materials"], "fields": ["company_name", "custom_fields.tier"]}
    by_industry, by_tag = (
        _view(api.owner, "a", query=wanted),
        _view(api.owner, "b", query={"tag": ["vip"], "fields": ["custom_fields.tier"]}),
    )
    listed: Any = api.owner.call("GET", "/v1/workspace/industries").json["data"]
    materials = next(entry["id"] for entry in listed if entry["name"] == "Materials")
    assert api.owner.call("DELETE", f"/v1/workspace/industries/{materials}").status_code == 204
    assert api.owner.call("DELETE", own.headers["Location"]).status_code == 204
    assert _names(api.owner, f"view={by_industry['id']}") == ["Beta"]
    tagged: Any = api.owner.call("GET", f"/v1/clients?view={by_tag['id']}").json["data"]
    assert [each["custom_fields"] for each in tagged] == [
        {"tier": None}, {"tier": "Gold"}, {"tier": None}
    ]  # fmt: skip


def test_a_view_that_nobody_has_is_not_found(api: Api) -> None:
    answer: Any = api.owner.call("GET", f"/v1/clients?view={uuid.uuid4()}")
    assert (answer.status_code, answer.json["code"]) == (404, "views.not_found")
    assert api.owner.call("GET", "/v1/clients?view=mine").status_code == 422
