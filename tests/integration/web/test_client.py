"""The pages of one client, with the services behind the façade away."""

from __future__ import annotations

import uuid

import pytest

from tests.integration.web.conftest import Browser

TABS = (
    "",
    "/contacts",
    "/rates",
    "/documents",
    "/compliance",
    "/projects",
    "/invoices",
    "/activity",
)
XSS = "\"><script>alert(1)</script><img src=x onerror=alert(2)>' onclick=x {{7*7}}"


def test_the_record_is_one_round_trip_to_the_api(browser: Browser) -> None:
    client = browser.client()
    way = browser.http.application.extensions["clientele.web.callers"]
    asked: list[str] = []
    way.http.event_hooks = {"request": [lambda request: asked.append(request.url.path)]}
    browser.get(f"/clients/{client['id']}")
    assert asked == [f"/v1/clients/{client['id']}/overview"]


def test_the_record_is_shown_without_the_other_services(browser: Browser) -> None:
    client = browser.client()
    page = browser.get(f"/clients/{client['id']}").text
    for said in ("Acme Machines", "ACM", "51–200 people", "Jo Park", "+1 651-555-0100",
                 "acme.example.com", "SAP Business One", "••-•••6789"):  # fmt: skip
        assert said in page, said
    assert "12-3456789" not in page
    assert "The overview cannot be counted right now" in page
    rates = browser.get(f"/clients/{client['id']}/rates").text
    assert "$150.00" in rates
    assert "Ana Ruiz" in browser.get(f"/clients/{client['id']}/contacts").text
    assert "ISO 9001" in browser.get(f"/clients/{client['id']}/compliance").text


@pytest.mark.parametrize("part", ["documents", "activity"])
def test_a_tab_whose_service_is_away_says_so_and_asks_again(browser: Browser, part: str) -> None:
    client = browser.client()
    answer = browser.get(f"/clients/{client['id']}/{part}")
    assert answer.status_code == 200
    assert "cannot be shown right now" in answer.text
    assert 'data-hx-trigger="click, every 10s"' in answer.text


def test_each_tab_has_an_address_and_is_a_piece_to_htmx(browser: Browser) -> None:
    client = browser.client()
    for tab in TABS:
        page = browser.get(f"/clients/{client['id']}{tab}")
        assert page.text.count('aria-current="page"') >= 2, tab
        piece = browser.get(f"/clients/{client['id']}{tab}", HX_Request="true")
        assert piece.text.lstrip().startswith("<title>Acme Machines, "), tab
        assert "<html" not in piece.text


def test_what_was_stored_stays_text(browser: Browser) -> None:
    client = browser.client(
        company_name=XSS, current_systems=XSS, technical_requirements=XSS,
        address={"street": XSS, "city": XSS[:80], "country": "US"}, tags=[XSS[:40]],
        rates=[{"position": XSS[:100], "regular_rate": "1.00"}],
        contacts=[{"name": XSS, "email": "a@b.example.com", "title": XSS[:100]}],
        primary_contact={"name": XSS, "email": "jo@acme.example.com"},
    )  # fmt: skip
    paths = ["/clients", "/clients?as=cards", *(f"/clients/{client['id']}{tab}" for tab in TABS)]
    for path in paths:
        text = browser.get(path).text
        assert "<script>alert" not in text, path
        assert "<img src=x" not in text, path
        assert "{{7*7}}" in text or "7*7" not in text, path


def test_a_client_that_is_not_there_has_a_page_that_says_so(browser: Browser) -> None:
    answer = browser.get(f"/clients/{uuid.uuid4()}")
    assert answer.status_code == 404
    assert "There is nothing here" in answer.text
    assert 'aria-label="Main"' in answer.text
    note = browser.get(f"/clients/{uuid.uuid4()}", HX_Request="true")
    assert note.text.startswith('<div class="note bad"')


def test_a_merged_client_leads_to_the_one_it_went_into(browser: Browser) -> None:
    gone = browser.client()
    kept = browser.client(
        company_name="Birch", client_code="BIR", tax_id=None, website="https://b.example.com",
        primary_contact={"email": "b@b.example.com"},
    )  # fmt: skip
    path = f"/v1/clients/{gone['id']}/merge"
    preview = f"/v1/clients/{gone['id']}/merge-preview?into={kept['id']}"
    confirm = browser.api.owner.call("GET", preview).json["confirm"]
    body = {"into": kept["id"], "confirm": confirm}
    assert browser.api.owner.call("POST", path, body).status_code < 300
    answer = browser.get(f"/clients/{gone['id']}/rates")
    assert (answer.status_code, answer.location) == (302, f"/clients/{kept['id']}/rates")


def test_the_record_is_shown_as_it_was(browser: Browser) -> None:
    client = browser.client()
    patched = browser.api.owner.call(
        "PATCH", f"/v1/clients/{client['id']}", {"company_name": "Acme Robotics"}, If_Match='"1"'
    )
    assert patched.status_code == 200
    then = browser.get(f"/clients/{client['id']}?as_of={client['created_at']}").text
    assert "As it was on" in then
    assert "Acme Machines" in then
    assert "Acme Robotics" not in then
    before = browser.get(f"/clients/{client['id']}?as_of=2000-01-01T00:00:00Z")
    assert "There is no record of that moment" in browser.get(before.location).text


def test_an_invoice_is_shown_as_paper(browser: Browser) -> None:
    client = browser.client()
    owner = browser.api.owner
    lines = [{"description": "Survey", "quantity": "2.5", "unit_price": "100.00"}]
    made = owner.call("POST", f"/v1/clients/{client['id']}/invoices", {"lines": lines}).json
    page = browser.get(f"/invoices/{made['id']}").text
    assert "Draft invoice" in page
    assert owner.call("POST", f"/v1/invoices/{made['id']}/issue", {}).status_code == 200
    page = browser.get(f"/invoices/{made['id']}").text
    assert "ACM-2" in page
    assert "$250.00" in page
    assert "Still to pay" not in page
    listed = browser.get(f"/clients/{client['id']}/invoices").text
    assert f"/invoices/{made['id']}" in listed
    every = browser.get("/invoices").text
    assert ">Acme Machines</a>" in every
    assert "All that match, USD" in every
    assert "No invoices here" in browser.get("/invoices?overdue=1").text
    assert "No invoices here" in browser.get(f"/clients/{client['id']}/invoices?status=paid").text


def test_a_project_shows_its_budget(browser: Browser) -> None:
    client = browser.client()
    body = {"name": "Line 4", "status": "active", "budget_amount": "1000.00"}
    made = browser.api.owner.call("POST", f"/v1/clients/{client['id']}/projects", body).json
    assert "Line 4" in browser.get(f"/clients/{client['id']}/projects").text
    assert "$1,000.00" in browser.get(f"/projects/{made['id']}").text
