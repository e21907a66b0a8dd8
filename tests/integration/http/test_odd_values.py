"""Values that nobody means: each is refused with its field, and none breaks anything."""

from __future__ import annotations

from typing import Any

import pytest

from shared.http.blueprint import MAX_DEPTH
from tests.fixtures.api import Api

_ID = "01900000-0000-7000-8000-000000000001"
_ENDS_OF_TIME = ["9999-12-31T23:59:59-23:59", "0001-01-01T00:00:00+23:59"]
_KEY = {"name": "x", "permissions": ["clients.view"]}


@pytest.mark.parametrize("moment", _ENDS_OF_TIME)
def test_moments_at_the_ends_of_time_are_refused(api: Api, moment: str) -> None:
    key: Any = api.owner.call("POST", "/v1/api-keys", {**_KEY, "expires_at": moment})
    assert (key.status_code, key.json["errors"][0]["field"]) == (422, "expires_at")
    query = moment.replace("+", "%2B")
    past: Any = api.owner.call("GET", f"/v1/clients/{_ID}?as_of={query}")
    assert (past.status_code, past.json["errors"][0]["field"]) == (422, "as_of")


def test_a_key_does_not_end_before_it_begins(api: Api) -> None:
    past = {**_KEY, "expires_at": "2020-01-01T00:00:00Z"}
    answer: Any = api.owner.call("POST", "/v1/api-keys", past)
    assert (answer.status_code, answer.json["errors"][0]["code"]) == (422, "past")


@pytest.mark.parametrize("owner", ["ME", "None", _ID.upper()])
def test_words_of_a_filter_are_read_in_any_case(api: Api, owner: str) -> None:
    assert api.owner.call("GET", f"/v1/clients?owner={owner}").status_code == 200


@pytest.mark.parametrize("value", [[], {}, [[]], 1, None])
def test_a_bulk_change_to_no_value_is_refused(api: Api, value: Any) -> None:
    body = {"action": "set_status", "ids": [_ID], "value": value}
    answer: Any = api.owner.call("POST", "/v1/clients/bulk", body)
    assert (answer.status_code, answer.json["errors"][0]["field"]) == (422, "value")


@pytest.mark.parametrize("opening", ["[", '{"a":'])
@pytest.mark.parametrize("path", ["clients", "client-drafts", "views", "api-keys"])
def test_a_body_that_is_nested_deep_is_refused(api: Api, path: str, opening: str) -> None:
    closing = "]" if opening == "[" else "}"
    nested = opening * 990 + "1" + closing * 990
    sent = f'{{"name": {nested}}}'
    headers = {"Authorization": f"Bearer {api.owner.token}"}
    answer = api.app.test_client().post(
        f"/v1/{path}", data=sent, content_type="application/json", headers=headers
    )
    assert answer.status_code == 413
    assert str(MAX_DEPTH) in answer.get_data(as_text=True)
