"""Changing a client, two people at once, deleting and merging, without a script."""

from __future__ import annotations

import html
import re
from typing import Any

from tests.fixtures.api import PASSWORD
from tests.integration.web.conftest import Browser


def _fields(text: str) -> dict[str, Any]:
    """What a browser would send of the form: inputs, chosen options and texts."""
    found: dict[str, list[str]] = {}
    inputs = re.findall(r"<input\b[^>]*>", text)
    for tag in inputs:
        name = re.search(r'name="([^"]+)"', tag)
        if name is None or ('type="checkbox"' in tag and " checked" not in tag):
            continue
        value = re.search(r'value="([^"]*)"', tag)
        found.setdefault(name[1], []).append(html.unescape(value[1]) if value else "on")
    for name_, inner in re.findall(
        r'<select [^>]*name="([^"]+)"[^>]*>(.*?)</select>', text, re.DOTALL
    ):
        chosen = re.search(r'value="([^"]*)" selected', inner)
        found[name_] = [html.unescape(chosen[1])] if chosen else [""]
    for name_, inner in re.findall(
        r'<textarea [^>]*name="([^"]+)"[^>]*>\n(.*?)</textarea>', text, re.DOTALL
    ):
        found[name_] = [html.unescape(inner)]
    return {name_: values for name_, values in found.items() if not name_.startswith("form_")}


def _now(browser: Browser, client: Any) -> Any:
    return browser.api.owner.call("GET", f"/v1/clients/{client['id']}").json


def test_each_step_is_filled_in_and_saving_it_unchanged_changes_nothing(browser: Browser) -> None:
    client = browser.client()
    for step in ("basic", "business", "rates", "contacts", "settings"):
        path = f"/clients/{client['id']}/edit/{step}"
        values = _fields(browser.get(path).text)
        saved = browser.post(path, values)
        assert saved.status_code == 303, (step, saved.text)
    assert _now(browser, client)["version"] == client["version"]


def test_a_step_is_changed_and_leads_back_to_its_tab(browser: Browser) -> None:
    client = browser.client()
    path = f"/clients/{client['id']}/edit/rates"
    values = _fields(browser.get(path).text)
    values["rates[0].regular_rate"] = ["175.50"]
    saved = browser.post(path, values)
    assert saved.location == f"/clients/{client['id']}/rates"
    after = _now(browser, client)
    assert after["rates"][0]["regular_rate"] == "175.50"
    assert after["rates"][0]["id"] == client["rates"][0]["id"]
    onward = browser.post(path, {**_fields(browser.get(path).text), "do": "next"})
    assert onward.location == f"/clients/{client['id']}/edit/contacts"


def test_a_wrong_answer_keeps_every_word(browser: Browser) -> None:
    client = browser.client()
    path = f"/clients/{client['id']}/edit/basic"
    values = _fields(browser.get(path).text)
    values |= {"website": ["nowhere"], "company_name": ["Acme & Daughters"]}
    page = browser.post(path, values)
    assert page.status_code == 422
    assert 'value="Acme &amp; Daughters"' in page.text
    assert '<a href="#website">Website</a>' in page.text
    assert _now(browser, client)["version"] == client["version"]


def test_two_people_are_told_and_choose_and_nothing_is_overwritten(browser: Browser) -> None:
    client = browser.client()
    path = f"/clients/{client['id']}/edit/basic"
    mine = _fields(browser.get(path).text)
    theirs = {**mine, "address.city": ["Duluth"], "primary_contact.name": ["Kim"],
              "address.county": ["St. Louis"]}  # fmt: skip
    assert browser.post(path, theirs).status_code == 303
    mine |= {"address.city": ["Ely"], "primary_contact.name": ["Lee"], "address.street": ["9 Elm"]}
    met = browser.post(path, mine)
    assert met.status_code == 412
    assert set(re.findall(r'name="keep:([^"]+)" value="theirs"', met.text)) == {
        "address.city", "primary_contact.name",
    }  # fmt: skip
    assert "Saint Paul" in met.text
    kept = {name: values for name, values in _fields(met.text).items() if "keep:" not in name}
    kept |= {"keep:address.city": "yours", "keep:primary_contact.name": "theirs"}
    assert browser.post(path, kept).status_code == 303
    after = _now(browser, client)
    assert after["address"]["city"] == "Ely"
    assert after["address"]["county"] == "St. Louis"
    assert after["address"]["street"] == "9 Elm"
    assert after["primary_contact"]["name"] == "Kim"


def test_different_answers_of_two_people_are_put_together_without_asking(browser: Browser) -> None:
    client = browser.client()
    path = f"/clients/{client['id']}/edit/contacts"
    mine = _fields(browser.get(path).text)
    more = {"contacts[9].name": "Zoe", "contacts[9].email": "zoe@acme.example.com"}
    assert browser.post(path, {**mine, **more}).status_code == 303
    mine["contacts[0].title"] = ["CEO"]
    assert browser.post(path, mine).status_code == 303
    contacts = _now(browser, client)["contacts"]
    assert contacts[0]["title"] == "CEO"
    assert contacts[-1]["name"] == "Zoe"


def test_a_client_goes_once_its_code_was_typed_and_leaves_a_receipt(browser: Browser) -> None:
    client = browser.client()
    path = f"/clients/{client['id']}/delete"
    page = browser.get(path)
    assert f"type the client’s code, {client['client_code']}" in page.text
    values = _fields(page.text)
    wrong = browser.post(path, {**values, "typed": "XYZ"})
    assert wrong.status_code == 422
    assert "Nothing was deleted" in wrong.text
    assert _now(browser, client)["id"] == client["id"]
    begun = browser.post(path, {**_fields(wrong.text), "typed": client["client_code"].lower()})
    assert begun.status_code == 303
    receipt = browser.get(begun.location)
    assert "The deletion of Acme Machines has begun." in receipt.text
    assert "Erased by the four services" in receipt.text
    assert browser.get(f"/clients/{client['id']}").status_code == 404
    piece = browser.get(begun.location, HX_Request="true").text
    assert "<html" not in piece


def test_a_plan_that_is_out_of_date_deletes_nothing_and_is_shown_anew(browser: Browser) -> None:
    client = browser.client()
    path = f"/clients/{client['id']}/delete"
    values = _fields(browser.get(path).text)
    changed = browser.api.owner.call(
        "POST",
        f"/v1/clients/{client['id']}/contacts",
        {"name": "New", "email": "n@acme.example.com"},
    )
    assert changed.status_code == 201
    page = browser.post(path, {**values, "typed": client["client_code"]})
    assert page.status_code == 409
    assert "Something has changed since the plan was shown" in page.text


def test_a_deletion_is_undone_while_it_waits(browser: Browser) -> None:
    workspace = browser.api.owner.call("PATCH", "/v1/workspace", {"deletion_undo_days": 3})
    assert workspace.status_code == 200
    client = browser.client()
    path = f"/clients/{client['id']}/delete"
    values = _fields(browser.get(path).text)
    begun = browser.post(path, {**values, "typed": client["client_code"]})
    assert "Undo the deletion" in browser.get(begun.location).text
    back = browser.post(f"{begun.location}/undo")
    assert back.location == f"/clients/{client['id']}"
    assert browser.get(back.location).status_code == 200


def test_two_clients_become_one_as_it_was_shown(browser: Browser) -> None:
    kept = browser.client()
    other = {"company_name": "Acme Machine Shop", "client_code": "AMS", "industry": "Energy"}
    gone = browser.client(**other, allow_duplicate=True)
    path = f"/clients/{gone['id']}/merge"
    assert f"into={kept['id']}" in browser.get(path).text
    assert f"into={kept['id']}" in browser.get(f"{path}?q=machines").text
    page = browser.get(f"{path}?into={kept['id']}")
    assert 'name="keep:industry"' in page.text
    assert 'name="keep:client_code"' not in page.text
    values = {"into": kept["id"], "keep:industry": "source", "do": "merge"}
    merged = browser.post(path, values)
    assert merged.location == f"/clients/{kept['id']}"
    assert _now(browser, kept)["industry"] == "Energy"


def test_whoever_may_only_look_is_refused_everywhere(browser: Browser) -> None:
    client = browser.client()
    viewer = browser.api.with_role("viewer")
    me = viewer.call("GET", "/v1/me").json["actor"]
    users = browser.api.owner.call("GET", "/v1/users").json["data"]
    browser.post("/sign-out")
    browser.sign_in(next(each["email"] for each in users if each["id"] == me["id"]), PASSWORD)
    home = f"/clients/{client['id']}"
    assert "/edit/" not in browser.get(home).text
    assert browser.post(f"{home}/edit/basic", {"version": "1"}).status_code == 403
    for path in ("/clients/new", f"{home}/delete", f"{home}/merge?into={client['id']}"):
        assert browser.get(path).status_code == 403, path
