"""The lists of a workspace: read, grown, renamed, ordered, retired; told as events."""

from __future__ import annotations

from threading import Barrier, Thread
from typing import Any

import pytest

from tests.factories.clients import client_body
from tests.fixtures.api import Api, codes_of

PATHS = ("industries", "service-types", "compliance-standards", "document-categories")
INDUSTRIES = "/v1/workspace/industries"


def _entry(api: Api, name: str, path: str = INDUSTRIES) -> dict[str, Any]:
    entries: Any = api.owner.call("GET", path).json
    found: dict[str, Any] = next(entry for entry in entries["data"] if entry["name"] == name)
    return found


def _change(api: Api, entry: dict[str, Any], **changes: Any) -> Any:
    return api.owner.call("PATCH", f"{INDUSTRIES}/{entry['id']}", changes)


def _create(api: Api, **values: Any) -> Any:
    body = client_body(allow_duplicate=True, **values)
    return api.owner.call("POST", "/v1/clients", body)


@pytest.mark.parametrize("path", PATHS)
def test_every_workspace_has_lists_to_begin_with(api: Api, path: str) -> None:
    answer: Any = api.owner.call("GET", f"/v1/workspace/{path}")
    entries = answer.json["data"]
    assert len(entries) >= 4
    assert [entry["position"] for entry in entries] == list(range(len(entries)))
    assert not any(entry["retired"] or entry["former_names"] for entry in entries)
    assert answer.headers["ETag"] == '"1"'


@pytest.mark.parametrize("path", PATHS)
def test_an_entry_is_added_read_and_told(api: Api, path: str) -> None:
    sent = {"name": "  Fisheries ", "position": 1}
    made: Any = api.owner.call("POST", f"/v1/workspace/{path}", sent)
    assert made.status_code == 201
    assert made.headers["ETag"] == '"2"'
    assert made.json["name"] == "Fisheries"
    assert api.owner.call("GET", made.headers["Location"]).json == made.json
    assert _entry(api, "Fisheries", f"/v1/workspace/{path}")["position"] == 1
    (told,) = api.events("clients.list_entry.added.v1")
    told_entry = {key: made.json[key] for key in ("id", "name", "position", "retired")}
    assert told == {"entry": {"list": path.replace("-", "_"), **told_entry}}


@pytest.mark.parametrize("name", ["energy", "ENERGY", " Energy "])
def test_a_name_stands_once_in_its_list_whatever_its_capitals(api: Api, name: str) -> None:
    answer = api.owner.call("POST", INDUSTRIES, {"name": name})
    assert (answer.status_code, codes_of(answer)) == (422, {"name": "duplicate"})


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "name"),
        ({"name": ""}, "name"),
        ({"name": "\u200b"}, "name"),
        ({"name": "a\nb"}, "name"),
        ({"name": "x" * 101}, "name"),
        ({"name": None}, "name"),
        ({"name": "Fish", "position": -1}, "position"),
        ({"name": "Fish", "position": "1"}, "position"),
        ({"name": "Fish", "retired": True}, "retired"),
    ],
)
def test_what_is_no_entry_is_refused(api: Api, body: dict[str, Any], field: str) -> None:
    answer = api.owner.call("POST", INDUSTRIES, body)
    assert (answer.status_code, list(codes_of(answer))) == (422, [field])


def test_a_renamed_value_stays_on_old_records_and_still_means_the_entry(api: Api) -> None:
    old: Any = _create(api, industry="Mining").json
    changed = _change(api, _entry(api, "Mining"), name="Mines and Quarries")
    assert changed.json["former_names"] == ["Mining"]
    assert api.owner.call("GET", f"/v1/clients/{old['id']}").json["industry"] == "Mining"
    assert _create(api, industry="mining").json["industry"] == "Mines and Quarries"
    (told,) = api.events("clients.list_entry.updated.v1")
    assert told["changes"] == [{"field": "name", "before": "Mining", "after": "Mines and Quarries"}]


@pytest.mark.parametrize("written", ["Mining", "mines and quarries"])
def test_records_are_found_under_every_name_that_their_value_had(api: Api, written: str) -> None:
    standards = "/v1/workspace/compliance-standards"
    old: Any = _create(api, industry="Mining", compliance_requirements=["ISO 9001", "EPA"]).json
    _change(api, _entry(api, "Mining"), name="Mines and Quarries")
    renamed = f"{standards}/{_entry(api, 'ISO 9001', standards)['id']}"
    api.owner.call("PATCH", renamed, {"name": "ISO 9001:2026"})
    new: Any = _create(api, industry="Mining", compliance_requirements=["EPA", "iso 9001"]).json
    for standard in ("ISO 9001", "iso 9001:2026"):
        query = f"industry={written}&compliance={standard}&compliance=EPA&sort=created_at"
        found: Any = api.owner.call("GET", f"/v1/clients?{query}").json
        assert [client["id"] for client in found["data"]] == [old["id"], new["id"]]


def test_a_retired_value_stays_where_it_is_and_is_given_to_no_one_else(api: Api) -> None:
    old: Any = _create(api, industry="Mining", compliance_requirements=["OSHA"]).json
    entry = _entry(api, "Mining")
    assert api.owner.call("DELETE", f"{INDUSTRIES}/{entry['id']}").status_code == 204
    assert api.owner.call("DELETE", f"{INDUSTRIES}/{entry['id']}").status_code == 204
    assert len(api.events("clients.list_entry.updated.v1")) == 1
    refused = _create(api, industry="Mining")
    assert (refused.status_code, codes_of(refused)) == (422, {"industry": "not_in_list"})
    kept = api.owner.call(
        "PATCH",
        f"/v1/clients/{old['id']}",
        {"industry": "Mining", "status": "pending"},
        If_Match='"1"',
    )
    assert (kept.status_code, kept.json["industry"]) == (200, "Mining")
    assert _change(api, entry, retired=False).json["retired"] is False
    assert _create(api, industry="Mining").status_code == 201


def test_what_is_in_no_list_is_refused_by_name_with_what_may_be_chosen(api: Api) -> None:
    answer: Any = _create(
        api,
        industry="Alchemy",
        primary_service_type="Magic",
        compliance_requirements=["OSHA", "Spells"],
    )
    fields = ("industry", "primary_service_type", "compliance_requirements")
    assert codes_of(answer) == dict.fromkeys(fields, "not_in_list")
    message = answer.json["errors"][0]["message"]
    assert "Alchemy" in message
    assert "Energy" in message


def test_values_are_spelt_as_the_list_spells_them(api: Api) -> None:
    made: Any = _create(
        api,
        industry="energy",
        primary_service_type="ENGINEERING",
        compliance_requirements=["iso 9001", "ISO 9001", "osha"],
    )
    assert made.json["industry"] == "Energy"
    assert made.json["primary_service_type"] == "Engineering"
    assert made.json["compliance_requirements"] == ["ISO 9001", "OSHA"]


def test_a_list_is_put_into_another_order(api: Api) -> None:
    first: Any = _change(api, _entry(api, "Other"), position=0)
    assert first.json["position"] == 0
    entries: Any = api.owner.call("GET", INDUSTRIES).json["data"]
    assert [entry["name"] for entry in entries][:2] == ["Other", "Energy"]


def test_a_change_without_effect_makes_no_version(api: Api) -> None:
    entry = _entry(api, "Energy")
    same = _change(api, entry, name="Energy", position=0, retired=False)
    assert same.headers["ETag"] == '"1"'
    assert api.events("clients.list_entry.updated.v1") == []


def test_a_list_that_has_changed_since_is_not_overwritten(api: Api) -> None:
    entry = _entry(api, "Energy")
    _change(api, entry, name="Power")
    path = f"{INDUSTRIES}/{entry['id']}"
    stale = api.owner.call("PATCH", path, {"name": "Fuel"}, If_Match='"1"')
    assert (stale.status_code, stale.json["code"]) == (412, "lists.stale_version")


def test_lists_are_a_workspaces_own(api: Api) -> None:
    made: Any = api.owner.call("POST", INDUSTRIES, {"name": "Fisheries"}).json
    other = api.other_workspace()
    path = f"{INDUSTRIES}/{made['id']}"
    assert other.call("GET", path).status_code == 404
    assert other.call("PATCH", path, {"name": "X"}).status_code == 404
    assert other.call("POST", "/v1/clients", client_body(industry="Fisheries")).status_code == 422


def test_entries_added_at_once_are_all_there(api: Api) -> None:
    barrier = Barrier(5)
    answers: list[int] = []

    def add(n: int) -> None:
        barrier.wait()
        answer = api.owner.call("POST", INDUSTRIES, {"name": f"Trade {n % 4}"})
        answers.append(answer.status_code)

    threads = [Thread(target=add, args=(n,)) for n in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [201] * 4 + [422]
    entries: Any = api.owner.call("GET", INDUSTRIES)
    names = [entry["name"] for entry in entries.json["data"]]
    assert sorted(name for name in names if name.startswith("Trade")) == [
        f"Trade {n}" for n in range(4)
    ]
    assert entries.headers["ETag"] == '"5"'
