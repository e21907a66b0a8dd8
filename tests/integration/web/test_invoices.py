"""Invoices from the first line to the refund, by forms alone."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.integration.web.conftest import Browser

_LINE = {"lines[0].description": "Advice", "lines[0].quantity": "2", "lines[0].unit_price": "50"}


@pytest.fixture
def client(browser: Browser) -> Any:
    """A client that has a code."""
    return browser.client()


def _draft(browser: Browser, client: Any, **more: str) -> str:
    browser.get(f"/clients/{client['id']}/invoices/new")
    values = {**_LINE, "currency": "USD", "do": "save", **more}
    made = browser.post(f"/clients/{client['id']}/invoices/new", values)
    assert made.status_code == 303, made.text
    assert "Draft invoice" in browser.get(made.location).text
    return str(made.location)


def _version(page: str) -> str:
    found = re.search(r'name="version" value="(\d+)"', page)
    assert found is not None
    return found[1]


def _do(browser: Browser, invoice: str, name: str, **values: str) -> Any:
    page = browser.get(f"{invoice}/{name}")
    assert page.status_code == 200, page.location
    return browser.post(f"{invoice}/{name}", {"version": _version(page.text), **values})


def test_a_draft_is_made_line_by_line_and_nothing_typed_is_lost(
    browser: Browser, client: Any
) -> None:
    path = f"/clients/{client['id']}/invoices/new"
    browser.get(path)
    added = browser.post(path, {**_LINE, "do": "add", "notes": "Thank you"}).text
    assert 'name="lines[1].description"' in added
    assert "Thank you" in added
    second = {"lines[1].description": "Travel", "lines[1].quantity": "1", "lines[1].unit_price": ""}
    wrong = browser.post(path, {**_LINE, **second, "currency": "USD", "do": "save"})
    assert wrong.status_code == 422
    assert 'href="#lines[1].unit_price">Line 2, price</a>' in wrong.text
    assert 'value="Travel"' in wrong.text
    swapped = browser.post(path, {**_LINE, **second, "do": "up:1"}).text
    assert swapped.index('value="Travel"') < swapped.index('value="Advice"')
    left = browser.post(path, {**_LINE, **second, "do": "remove:0"}).text
    assert 'value="Advice"' not in left


def test_a_form_that_is_sent_twice_makes_one_draft(browser: Browser, client: Any) -> None:
    places = {_draft(browser, client, form_key="1" * 32) for _ in range(2)}
    assert len(places) == 1


def test_a_draft_is_edited_issued_paid_and_refunded(browser: Browser, client: Any) -> None:
    invoice = _draft(browser, client)
    page = browser.get(f"{invoice}/edit").text
    line = re.search(r'name="lines\[0\].id" value="([^"]+)"', page)
    assert line is not None
    values = {**_LINE, "lines[0].id": line[1], "lines[0].quantity": "3", "do": "save",
              "version": _version(page), "currency": "USD", "discount_percent": "10"}  # fmt: skip
    assert browser.post(f"{invoice}/edit", values).status_code == 303
    assert "$135.00" in browser.get(invoice).text
    late = browser.post(f"{invoice}/edit", values)
    assert late.status_code == 412
    assert "Someone else has changed it" in late.text
    assert _do(browser, invoice, "issue", issued_on="2026-01-05").status_code == 303
    issued = browser.get(invoice).text
    assert "ACM-2026-0001" in issued
    assert "Being made" in issued
    too_much = _do(browser, invoice, "pay", amount="200", paid_on="2026-01-09")
    assert too_much.status_code == 422
    assert 'id="amount-error"' in too_much.text
    assert 'value="200"' in too_much.text
    assert _do(browser, invoice, "pay", amount="135", paid_on="2026-01-09").status_code == 303
    assert _do(browser, invoice, "refund", amount="35", paid_on="2026-01-10").status_code == 303
    assert "$35.00 open of $135.00" in browser.get(invoice).text


def test_lines_are_credited_and_what_is_too_much_is_told_at_its_line(
    browser: Browser, client: Any
) -> None:
    second = {"lines[1].description": "Travel", "lines[1].quantity": "1",
              "lines[1].unit_price": "30"}  # fmt: skip
    invoice = _draft(browser, client, **second)
    _do(browser, invoice, "issue", issued_on="2026-01-05")
    ids = re.findall(r'name="lines\[\d\].line_id" value="([^"]+)"',
                     browser.get(f"{invoice}/credit").text)  # fmt: skip
    typed = {"lines[0].of": ids[0], "lines[1].of": ids[1], "lines[1].line_id": ids[1],
             "reason": "Not travelled", "what": "lines"}  # fmt: skip
    wrong = _do(browser, invoice, "credit", **typed, **{"lines[1].amount": "31"})
    assert wrong.status_code == 422
    assert 'href="#lines[1].amount">Line 2</a>' in wrong.text
    assert _do(browser, invoice, "credit", **typed).status_code == 303
    shown = browser.get(invoice).text
    assert "Not travelled" in shown
    assert "−$30.00" in shown


def test_void_and_deletion_say_why_not(browser: Browser, client: Any) -> None:
    invoice = _draft(browser, client)
    assert browser.get(f"{invoice}/void").status_code == 303
    assert "That cannot be done to this invoice any more" in browser.get(invoice).text
    _do(browser, invoice, "issue", issued_on="2026-01-05")
    empty = _do(browser, invoice, "void", reason="")
    assert empty.status_code == 422
    assert 'href="#reason">Why</a>' in empty.text
    assert _do(browser, invoice, "void", reason="Twice").status_code == 303
    assert "Twice" in browser.get(invoice).text
    other = _draft(browser, client)
    assert _do(browser, other, "delete").location == "/invoices"
    assert browser.get(other).status_code == 404


def test_without_a_code_the_way_to_one_is_shown(browser: Browser) -> None:
    client = browser.client()
    path, version = f"/v1/clients/{client['id']}", f'"{client["version"]}"'
    browser.api.owner.call("PATCH", path, {"client_code": None}, If_Match=version)
    refused = _do(browser, _draft(browser, client), "issue", issued_on="2026-01-05")
    assert refused.status_code == 422
    assert "The client needs a code" in refused.text
    assert f'href="/clients/{client["id"]}/edit/basic"' in refused.text


def test_time_is_billed_and_its_lines_keep_hours_and_rate(browser: Browser, client: Any) -> None:
    call = browser.api.owner.call
    project = call("POST", f"/v1/clients/{client['id']}/projects",
                   {"name": "Line 4", "status": "active"}).json  # fmt: skip
    position = client["rates"][0]["position"]
    entry = {"position": position, "person": "Ana", "date": "2026-01-05", "hours": "7.5"}
    call("POST", "/v1/time-entries", {"project_id": project["id"], **entry})
    path = f"/clients/{client['id']}/invoices/from-time"
    period = {"period_start": "2026-01-01", "period_end": "2026-01-31", "currency": ""}
    assert "7.50" in browser.get(path).text
    shown = browser.get(f"{path}?period_start=2026-01-01&period_end=2026-01-31").text
    assert "Ana" in shown
    assert "7.50" in shown
    made = browser.post(path, period)
    assert made.status_code == 303, made.text
    assert "Where the lines come from" in browser.get(made.location).text
    assert "readonly" in browser.get(f"{made.location}/edit").text
    browser.get(path)
    again = browser.post(path, period)
    assert again.status_code == 422
    assert "There is no time to bill" in again.text


def test_whoever_may_only_look_sees_no_button_and_is_refused(browser: Browser, client: Any) -> None:
    invoice = _draft(browser, client)
    browser.become("viewer")
    page = browser.get(invoice).text
    assert f"{invoice}/issue" not in page
    assert f"{invoice}/edit" not in page
    for path in ("issue", "edit", "delete"):
        refused = browser.get(f"{invoice}/{path}")
        assert refused.status_code == 403
        assert "You may not do this" in refused.text
