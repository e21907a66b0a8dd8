"""The six steps as a browser without a script goes through them."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.integration.web.conftest import Browser

_BASIC = {"company_name": "Alder Works", "primary_contact.email": "ana@alder.example.com"}


def _begun(browser: Browser) -> str:
    browser.get("/clients")
    begun = browser.post("/clients/new")
    assert begun.status_code == 303
    return str(begun.location).removesuffix("/basic")


def _version(text: str) -> str:
    found = re.search(r'name="version" value="(\d+)"', text)
    assert found is not None
    return found[1]


def _save(browser: Browser, draft: str, step: str, values: dict[str, Any]) -> Any:
    version = _version(browser.get(f"{draft}/{step}").text)
    return browser.post(f"{draft}/{step}", {"version": version, **values})


def test_six_steps_make_a_client(browser: Browser) -> None:
    draft = _begun(browser)
    assert "Step 1 of 6" in browser.get(f"{draft}/basic").text
    saved = _save(browser, draft, "basic", {**_BASIC, "address.city": "Saint Paul"})
    assert saved.location == f"{draft}/business"
    business = {"company_size": "51-200", "compliance_requirements[]": ["", "OSHA", "EPA"]}
    assert _save(browser, draft, "business", business).location == f"{draft}/rates"
    rate = {"position": "Engineer", "regular_rate": "150.00", "currency": "USD"}
    rates = {f"rates[0].{name}": value for name, value in rate.items()}
    # The second row was never typed into.
    saved = _save(browser, draft, "rates", {**rates, "rates[1].currency": "USD"})
    assert saved.location == f"{draft}/contacts"
    contact = {"contacts[0].name": "Ben", "contacts[0].roles[]": ["", "invoices"]}
    assert _save(browser, draft, "contacts", contact).location == f"{draft}/documents"
    settings = {"settings.quarterly_reports?": ["", "yes"], "settings.email_notifications?": "",
                "status": "pending", "tags": "north, key account"}  # fmt: skip
    assert _save(browser, draft, "settings", settings).location == f"{draft}/review"
    review = browser.get(f"{draft}/review").text
    for said in ("Alder Works", "51–200 people", "OSHA, EPA", "150.00", "Ben", "Pending"):
        assert said in review, said
    made = browser.post(f"{draft}/review")
    client = browser.api.owner.call("GET", f"/v1{made.location}").json
    assert client["company_name"] == "Alder Works"
    assert client["client_code"] == "ALD"
    assert [rate["position"] for rate in client["rates"]] == ["Engineer"]
    assert client["contacts"][0]["roles"] == ["invoices"]
    assert client["settings"]["quarterly_reports"] is True
    assert client["settings"]["email_notifications"] is False
    assert client["tags"] == ["north", "key account"]
    # Whoever goes back finds the client, not the draft that it was.
    assert browser.get(f"{draft}/basic").location == made.location


def test_wrong_answers_are_named_at_their_fields_and_every_word_is_kept(browser: Browser) -> None:
    draft = _begun(browser)
    typed = {**_BASIC, "website": "alder.com", "client_code": "A1", "primary_contact.name": "<b>"}
    page = _save(browser, draft, "basic", typed)
    assert page.status_code == 422
    assert "2 answers need another look" in page.text
    assert '<a href="#website">Website</a>' in page.text
    assert re.search(r'id="website"[^>]* value="alder.com"[^>]*aria-invalid="true"', page.text)
    assert 'value="&lt;b&gt;"' in page.text
    assert 'value="code:ALD"' in page.text
    # It was saved all the same, and is found on another day.
    assert 'value="alder.com"' in browser.get(f"{draft}/basic").text
    assert _save(browser, draft, "basic", {**typed, "do": "leave"}).location == "/clients/new"
    refused = browser.post(f"{draft}/review")
    assert refused.status_code == 422
    assert f'href="{draft}/basic#website"' in refused.text


def test_rows_are_added_and_removed_by_buttons_and_keep_what_was_typed(browser: Browser) -> None:
    draft = _begun(browser)
    first = {"rates[0].position": "Engineer", "rates[0].regular_rate": "soon"}
    added = _save(browser, draft, "rates", {**first, "do": "add:rates"})
    assert added.status_code == 200
    assert 'value="soon"' in added.text
    assert re.search(r'name="rates\[1\].position"[^>]*autofocus', added.text)
    removed = browser.post(
        f"{draft}/rates",
        {"rates[0].position": "One", "rates[1].position": "Two", "do": "remove:rates:0"},
    )
    assert 'name="rates[0].position" type="text" value="Two"' in removed.text
    assert "rates[1]" not in removed.text


def test_going_back_keeps_what_is_not_right_yet(browser: Browser) -> None:
    draft = _begun(browser)
    back = _save(browser, draft, "rates", {"rates[0].regular_rate": "x", "do": "back"})
    assert back.location == f"{draft}/business"
    page = browser.get(f"{draft}/rates").text
    assert 'value="x"' in page
    assert 'class="wrong"' in page


def test_a_code_is_filled_in_by_its_button(browser: Browser) -> None:
    draft = _begun(browser)
    page = _save(browser, draft, "basic", {**_BASIC, "do": "code:ALW"})
    assert re.search(r'id="client_code"[^>]*value="ALW"', page.text)
    offered = browser.get("/clients/new/codes?company_name=Alder+Works", HX_Request="true").text
    assert 'data-with="ALD"' in offered


def test_autosave_tells_when_at_which_version_and_what_is_wrong(browser: Browser) -> None:
    draft = _begun(browser)
    version = _version(browser.get(f"{draft}/basic").text)
    typed = {**_BASIC, "website": "nonsense", "version": version}
    told = browser.post(f"{draft}/basic/autosave", typed).json
    assert told["said"].startswith("saved ")
    assert told["version"] == int(version) + 1
    assert set(told["errors"]) == {"website"}
    late = browser.post(f"{draft}/basic/autosave", {**typed, "company_name": "Other"}).json
    assert late["stale"] is True


def test_two_browsers_on_one_draft_meet_and_nothing_is_lost(browser: Browser) -> None:
    draft = _begun(browser)
    version = _version(browser.get(f"{draft}/basic").text)
    _save(browser, draft, "basic", {**_BASIC, "address.city": "Ely"})
    mine = {"company_name": "Alder Mine", "primary_contact.email": "me@alder.example.com"}
    met = browser.post(f"{draft}/basic", {**mine, "version": version})
    assert met.status_code == 412
    assert set(re.findall(r'name="keep:([^"]+)" value="theirs"', met.text)) == {
        "company_name", "primary_contact.email",
    }  # fmt: skip
    hidden = dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', met.text))
    kept = {"keep:company_name": "yours", "keep:primary_contact.email": "theirs"}
    assert browser.post(f"{draft}/basic", {**hidden, **kept}).status_code == 303
    page = browser.get(f"{draft}/basic").text
    assert 'value="Alder Mine"' in page
    assert 'value="ana@alder.example.com"' in page


def test_a_client_like_another_is_made_only_when_it_is_said(browser: Browser) -> None:
    browser.client(company_name="Alder Works", client_code="AWK")
    draft = _begun(browser)
    _save(browser, draft, "basic", _BASIC)
    asked = browser.post(f"{draft}/review")
    assert asked.status_code == 409
    assert "This may already be a client" in asked.text
    assert ">Alder Works</a>" in asked.text
    assert browser.post(f"{draft}/review", {"allow_duplicate": "on"}).status_code == 303


def test_a_form_that_is_sent_twice_makes_one_client(browser: Browser) -> None:
    draft = _begun(browser)
    _save(browser, draft, "basic", _BASIC)
    key = {"form_key": "0" * 32}
    places = {browser.post(f"{draft}/review", key).location for _ in range(2)}
    assert len(places) == 1
    assert None not in places


def test_drafts_are_listed_and_thrown_away(browser: Browser) -> None:
    draft = _begun(browser)
    _save(browser, draft, "basic", _BASIC)
    page = browser.get("/clients/new").text
    assert ">Alder Works</a>" in page
    assert "1 of 6 steps" in page
    assert browser.post(f"{draft}/discard").status_code == 303
    assert "Nothing half done" in browser.get("/clients/new").text


@pytest.mark.parametrize("step", ["basic", "business", "rates", "contacts", "settings", "review"])
def test_what_makes_no_sense_in_a_draft_is_shown_all_the_same(browser: Browser, step: str) -> None:
    made = browser.api.owner.call("POST", "/v1/client-drafts", {}).json
    nonsense = {"basic": {"company_name": 7, "address": "x", "primary_contact": []},
                "business": {"compliance_requirements": "all", "tax_id": {}},
                "rates": {"rates": ["x", {"position": {}}]}, "contacts": {"contacts": 3},
                "settings": {"settings": "on", "tags": {}, "custom_fields": 1}}  # fmt: skip
    for name, values in nonsense.items():
        path = f"/v1/client-drafts/{made['id']}/steps/{name}"
        assert browser.api.owner.call("PATCH", path, values).status_code == 200
    page = browser.get(f"/clients/drafts/{made['id']}/{step}")
    assert page.status_code == 200 if step == "review" else page.status_code == 422
