"""Requests that are wrong in a way of their own: each is told so, by every service."""

from __future__ import annotations

from typing import Any

import pytest

from tests.integration.gateway.conftest import Office

_DEEP = b'{"category": "contract", "size": ' + b'{"a":' * 300 + b"1" + b"}" * 301
_LINE = {"description": "Advice", "quantity": "1", "unit_price": "100"}


@pytest.mark.parametrize("tag", ['""', f'"{"9" * 5000}"', '"²"', 'W/"1"', '"x"', '"'])
def test_a_precondition_that_names_no_version_holds_of_none(office: Office, tag: str) -> None:
    path = f"/clients/{office.client_id}/contacts"
    body = {"name": "Al", "email": "al@b.example.com"}
    refused = office.call("POST", path, json=body, headers={"If-Match": tag.encode("utf-8")})
    assert refused.status_code == 412, refused.text


@pytest.mark.parametrize("kind", ["documents", "notes"])
def test_a_body_that_is_wrong_all_over_is_told_of_its_first_fields(
    office: Office, kind: str
) -> None:
    body = {f"k{number}": 1 for number in range(20_000)} | {"x" * 100_000: 1}
    refused = office.call("POST", f"/clients/{office.client_id}/{kind}", json=body)
    assert refused.status_code == 422
    assert len(refused.json["errors"]) == 200


def test_a_deep_body_is_too_large_for_a_route_that_passes_it_on(office: Office) -> None:
    path, kind = f"/clients/{office.client_id}/documents", {"Content-Type": "application/json"}
    refused = office.call("POST", path, data=_DEEP, headers=kind)
    assert refused.status_code == 413


def test_what_happens_by_itself_is_told_of_what_is_due_at_the_end_of_time(office: Office) -> None:
    def post(path: str, body: Any) -> Any:
        answer = office.call("POST", path, json=body)
        assert answer.status_code < 300, answer.text
        return answer.json

    due = {"lines": [_LINE], "due_on": "9999-12-31"}
    etag = office.call("GET", f"/clients/{office.client_id}").headers["ETag"]
    code = {"json": {"client_code": "ACM"}, "headers": {"If-Match": etag}}
    assert office.call("PATCH", f"/clients/{office.client_id}", **code).status_code == 200
    made = post(f"/clients/{office.client_id}/invoices", due)
    post(f"/invoices/{made['id']}/issue", {})
    told = {each["name"]: each for each in office.call("GET", "/schedule").json["data"]}
    assert told["overdue-reminders"]["next_at"] is None
