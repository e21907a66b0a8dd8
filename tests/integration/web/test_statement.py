"""The statement of a client between two days."""

from __future__ import annotations

from typing import Any

from tests.integration.web.conftest import Browser


def test_a_statement_tells_what_is_owed_and_is_printed_as_a_job(browser: Browser) -> None:
    client = browser.client()
    call = browser.api.owner.call
    line = {"description": "Advice", "quantity": "1", "unit_price": "100"}
    draft: Any = call("POST", f"/v1/clients/{client['id']}/invoices", {"lines": [line]})
    path = f"/v1/invoices/{draft.json['id']}"
    call("POST", f"{path}/issue", {"issued_on": "2026-01-05"})
    call("POST", f"{path}/payments", {"amount": "40", "paid_on": "2026-01-09"})
    url = f"/clients/{client['id']}/statement"
    page = browser.get(f"{url}?from=2026-01-01&to=2026-01-31").text
    assert "Owed after 31 January 2026" in page
    assert "−$40.00" in page
    assert "$60.00" in page
    begun = browser.post(url, {"from": "2026-01-01", "to": "2026-01-31"})
    assert begun.status_code == 303
    assert "Making of a PDF" in browser.get(begun.location).text
    wrong = browser.get(f"{url}?from=2026-02-01&to=2026-01-01")
    assert wrong.status_code == 422
    assert 'href="#to">To</a>' in wrong.text
    assert "Nothing was owed" in browser.get(f"{url}?from=2025-01-01&to=2025-01-31").text
    assert f'href="{url}"' in browser.get(f"/clients/{client['id']}/invoices").text
