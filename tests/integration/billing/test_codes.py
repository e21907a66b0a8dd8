"""The three letters on invoices: needed to issue one, and fixed from then on."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.fixtures.api import Api

LINE = {"description": "Work", "quantity": "2", "unit_price": "100.00"}
YEAR = datetime.now(UTC).year


@pytest.fixture
def acme(api: Api) -> Any:
    """A client with the code ACM."""
    body = {"company_name": "Acme", "primary_contact": {"email": "jo@acme.example.com"}}
    return api.owner.call("POST", "/v1/clients", {**body, "client_code": "ACM"}).json


def _change(api: Api, client: Any, code: str | None) -> Any:
    path = f"/v1/clients/{client['id']}"
    version = api.owner.call("GET", path).headers["ETag"]
    return api.owner.call("PATCH", path, {"client_code": code}, If_Match=version)


def _draft(api: Api, client: Any) -> str:
    made: Any = api.owner.call("POST", f"/v1/clients/{client['id']}/invoices", {"lines": [LINE]})
    return f"/v1/invoices/{made.json['id']}"


def test_a_client_without_a_code_is_invoiced_once_it_has_one(api: Api, acme: Any) -> None:
    assert _change(api, acme, None).json["client_code"] is None
    draft = _draft(api, acme)
    refused: Any = api.owner.call("POST", f"{draft}/issue", {})
    assert (refused.status_code, refused.json["code"]) == (409, "billing.no_code")
    assert _change(api, acme, "ACW").status_code == 200
    issued: Any = api.owner.call("POST", f"{draft}/issue", {})
    assert issued.json["number"] == f"ACW-{YEAR}-0001"


def test_a_draft_leaves_the_code_free_and_an_issued_invoice_fixes_it(api: Api, acme: Any) -> None:
    draft = _draft(api, acme)
    assert _change(api, acme, "ACW").status_code == 200
    assert api.owner.call("POST", f"{draft}/issue", {}).status_code == 200
    for code in ("ACM", None):
        refused = _change(api, acme, code)
        assert (refused.status_code, refused.json["code"]) == (409, "clients.code_frozen")
    assert api.owner.call("POST", f"{draft}/void", {"reason": "typo"}).status_code == 200
    assert _change(api, acme, "ACM").status_code == 409, "its number is out in the world"
