"""What a browser never sends, in place of a number: a page says so, and is never a 5xx of ours."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.integration.web.conftest import Browser

# Numbers that are none: a digit to Unicode alone, and more digits than are read.
_NONE, _LONG = "²", "9" * 4400
# What ends the session that the others are tried with.
_LEFT_OUT = "/sign-out"
_LINE = {"description": "Advice", "quantity": "1", "unit_price": "100"}


@pytest.fixture
def ids(browser: Browser) -> dict[str, str]:
    """One of what forms change, by the name of the parameter that names it."""

    def made(path: str, body: Any) -> str:
        answer: Any = browser.api.owner.call("POST", f"/v1{path}", body)
        assert answer.status_code == 201, answer.text
        return str(answer.json["id"])

    client = browser.client()["id"]
    return {
        "client_id": client,
        "invoice_id": made(f"/clients/{client}/invoices", {"lines": [_LINE]}),
        "project_id": made(f"/clients/{client}/projects", {"name": "Roof", "status": "active"}),
        "draft_id": made("/client-drafts", {}),
        "role_id": made("/roles", {"name": "Reader", "permissions": ["clients.view"]}),
    }


def _asked(rule: str, ids: dict[str, str]) -> str:
    filled = re.sub(r"<(?:\w+:)?(\w+)>", lambda name: ids.get(name[1], ids["client_id"]), rule)
    return re.sub(r"<[^>]+>", "2026-W48", filled)


def test_no_form_and_no_list_stumbles_over_a_number_that_is_none(
    browser: Browser, ids: dict[str, str]
) -> None:
    wrong = []
    numbers = {"version": _NONE, "theirs": _LONG, "size": _NONE, "limit": _NONE}
    numbers |= {"heading_row": _LONG, "reminder_days": f"{_NONE} {_LONG}"}
    rows = {f"{name}[{odd}].quantity": "1" for name in ("lines", "rates") for odd in (_NONE, _LONG)}
    for rule in browser.http.application.url_map.iter_rules():
        if rule.rule == _LEFT_OUT or "POST" not in (rule.methods or set()):
            continue
        sent = {**numbers, **rows, "do": f"remove:{_NONE}"}
        if browser.post(_asked(rule.rule, ids), sent).status_code == 500:
            wrong.append(rule.rule)
    assert not wrong
    assert browser.get("/clients?limit=²").status_code == 200
