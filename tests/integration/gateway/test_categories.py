"""Documents are filed under the workspace's list of categories."""

from __future__ import annotations

from typing import Any

import pytest

from tests.integration.gateway.conftest import Office

LIST = "/workspace/document-categories"


def _add(office: Office, name: str) -> str:
    made = office.call("POST", LIST, json={"name": name})
    assert made.status_code == 201, made.text
    return str(made.json["id"])


def _announce(office: Office, category: Any) -> Any:
    body = {"file_name": "a.pdf", "size": 5, "category": category}
    return office.call("POST", f"/clients/{office.client_id}/documents", json=body)


def _patch(office: Office, document: dict[str, Any], **changes: Any) -> Any:
    path = f"/clients/{office.client_id}/documents/{document['id']}"
    return office.call("PATCH", path, json=changes, headers={"If-Match": "*"})


@pytest.mark.parametrize("written", ["Certificate", "certificate", "CERTIFICATE"])
def test_a_category_of_the_workspace_is_taken_as_it_is_spelt_there(
    office: Office, written: str
) -> None:
    _add(office, "Certificate")
    made = _announce(office, written)
    assert (made.status_code, made.json["category"]) == (201, "Certificate")
    changed = _patch(office, made.json, category="CONTRACT")
    assert (changed.status_code, changed.json["category"]) == (200, "contract")


@pytest.mark.parametrize("method", ["POST", "PATCH"])
def test_a_category_that_is_not_listed_is_refused(office: Office, method: str) -> None:
    made = _announce(office, "contract").json
    if method == "POST":
        answer = _announce(office, "misc")
    else:
        answer = _patch(office, made, category="misc")
    (error,) = answer.json["errors"]
    assert (answer.status_code, error["field"], error["code"]) == (422, "category", "not_in_list")
    assert "specification" in error["message"]


def test_a_retired_category_stays_and_is_given_to_no_new_document(office: Office) -> None:
    entry = _add(office, "Permit")
    made = _announce(office, "Permit").json
    assert office.call("DELETE", f"{LIST}/{entry}").status_code == 204
    assert _announce(office, "Permit").status_code == 422
    kept = _patch(office, made, category="Permit", title="Permit of 2026")
    assert (kept.status_code, kept.json["category"]) == (200, "Permit")


def test_a_retired_category_is_given_to_no_document_that_had_another(office: Office) -> None:
    entry = _add(office, "Permit")
    other = _announce(office, "contract").json
    had = _announce(office, "Permit").json
    office.call("PATCH", f"{LIST}/{entry}", json={"name": "Licence"})
    assert office.call("DELETE", f"{LIST}/{entry}").status_code == 204
    refused = _patch(office, other, category="Permit", title="Never stored")
    (error,) = refused.json["errors"]
    assert (refused.status_code, error["field"], error["code"]) == (422, "category", "not_in_list")
    path = f"documents/{other['id']}"
    assert (office.get(path).json["category"], office.get(path).json["title"]) == ("contract", None)
    assert _patch(office, had, category="Permit", title="Kept").status_code == 200
    assert _patch(office, had, category="contract").json["category"] == "contract"
    assert _patch(office, had, category="Permit").status_code == 422


@pytest.mark.parametrize("category", [7, [], {}])
def test_what_is_no_text_the_documents_service_refuses(office: Office, category: Any) -> None:
    answer = _announce(office, category)
    assert (answer.status_code, answer.json["errors"][0]["field"]) == (422, "category")


def test_a_drafts_documents_are_filed_likewise(office: Office) -> None:
    draft = office.call("POST", "/client-drafts", json={}).json
    path = f"/client-drafts/{draft['id']}/documents"
    body = {"file_name": "a.pdf", "size": 5}
    assert office.call("POST", path, json={**body, "category": "misc"}).status_code == 422
    made = office.call("POST", path, json={**body, "category": "Agreement"})
    assert (made.status_code, made.json["category"]) == (201, "agreement")
