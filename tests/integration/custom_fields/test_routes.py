"""The workspace's own fields: defined, changed, retired; told as events."""

from __future__ import annotations

from typing import Any

import pytest

from tests.fixtures.api import Api, codes_of

PATH = "/v1/workspace/custom-fields"
TIER = {"key": "tier", "label": " Tier ", "type": "choice", "choices": ["Gold", "Silver", "Gold"]}


def test_a_field_is_defined_read_and_told(api: Api) -> None:
    made: Any = api.owner.call("POST", PATH, TIER)
    assert (made.status_code, made.headers["ETag"]) == (201, '"1"')
    assert made.json["label"] == "Tier"
    assert made.json["choices"] == ["Gold", "Silver"]
    assert api.owner.call("GET", made.headers["Location"]).json == made.json
    listed: Any = api.owner.call("GET", PATH).json
    assert listed["data"] == [made.json]
    (told,) = api.events("clients.custom_field.added.v1")
    assert told["custom_field"] == {k: v for k, v in made.json.items() if k != "version"}


def test_a_field_is_changed_retired_and_restored(api: Api) -> None:
    made: Any = api.owner.call("POST", PATH, TIER)
    where = made.headers["Location"]
    changed: Any = api.owner.call("PATCH", where, {"label": "Account tier"}, If_Match='"1"')
    assert (changed.json["label"], changed.json["version"]) == ("Account tier", 2)
    assert api.owner.call("PATCH", where, {"label": "Late"}, If_Match='"1"').status_code == 412
    assert api.owner.call("PATCH", where, {"label": "Account tier"}).json["version"] == 2
    assert api.owner.call("DELETE", where).status_code == 204
    assert api.owner.call("GET", where).json["retired"] is True
    assert api.owner.call("PATCH", where, {"retired": False}).json["version"] == 4
    first, *_ = api.events("clients.custom_field.updated.v1")
    assert first["changes"] == [{"field": "label", "before": "Tier", "after": "Account tier"}]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"key": "Tier"}, "key"),
        ({"key": "x" * 41}, "key"),
        ({"label": "\u200b"}, "label"),
        ({"label": "x" * 101}, "label"),
        ({"type": "money"}, "type"),
        ({"choices": []}, "choices"),
        ({"type": "text"}, "choices"),
        ({"retired": True}, "retired"),
        ({"required": "yes"}, "required"),
    ],
)
def test_what_is_no_field_is_refused(api: Api, changes: dict[str, Any], field: str) -> None:
    answer: Any = api.owner.call("POST", PATH, {**TIER, **changes})
    assert answer.status_code == 422
    assert {name.partition("[")[0] for name in codes_of(answer)} == {field}


def test_a_key_is_given_once(api: Api) -> None:
    first: Any = api.owner.call("POST", PATH, TIER)
    api.owner.call("DELETE", first.headers["Location"])
    again: Any = api.owner.call("POST", PATH, TIER)
    assert (again.status_code, codes_of(again)) == (422, {"key": "duplicate"})
