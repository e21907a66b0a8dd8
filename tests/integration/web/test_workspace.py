"""What a workspace decides for itself, in a browser without a script."""

from __future__ import annotations

import re
from typing import Any

from shared.security.permissions import PERMISSIONS
from tests.integration.web.conftest import Browser
from web.shell import rights

_PAGES = (
    *("", "/lists/industries", "/fields", "/fields/new"),
    *("/people", "/roles", "/roles/new", "/api-keys/new"),
)


def settings(browser: Browser, **changes: str) -> dict[str, str]:
    """The form as it was shown, with other answers in some of its fields."""
    page = browser.get("/workspace").text
    [version] = re.findall(r'name="version" value="(\d+)"', page)
    now: Any = browser.api.owner.call("GET", "/v1/workspace").json
    kept = {name: str(value) for name, value in now.items() if isinstance(value, str | int)}
    del kept["split_overtime"], kept["auto_invoicing_issues"]
    return {**kept, "version": version, **changes}


def row(page: str, name: str) -> str:
    """The address of the form in the row of an entry."""
    found = re.findall(r'<tr role="row" id="entry-.*?</tr>', page, re.DOTALL)
    [one] = [each for each in found if f"<span>{name}" in each]
    [path] = re.findall(r'action="([^"]+)"', one)
    return str(path)


def order(page: str) -> list[str]:
    return re.findall(r'class="main">\s*<span>([^<]+)', page)


def test_settings_are_saved_and_an_example_shows_the_pattern(browser: Browser) -> None:
    pattern = "INV-{code}-{seq:3}"
    typed = settings(browser, name="Acme & Sons", invoice_number_pattern=pattern, city="Oslo")
    assert browser.post("/workspace", typed).location == "/workspace"
    page = browser.get("/workspace").text
    assert "INV-ACM-007" in page
    assert 'value="Oslo"' in page
    assert "Acme &amp; Sons" in browser.get("/clients").text


def test_how_the_firm_invoices_and_writes_is_settled(browser: Browser) -> None:
    answers = {
        "invoice_due_days": "0",
        "reminder_days": "5; 20",
        "auto_invoicing_issues": "1",
        "mail_sender": "Acme, Billing",
        "mail_reply_to": "billing@example.com",
    }
    assert browser.post("/workspace", settings(browser, **answers)).location == "/workspace"
    now: Any = browser.api.owner.call("GET", "/v1/workspace").json
    assert {name: now[name] for name in answers} == {
        **answers, "invoice_due_days": 0, "reminder_days": [5, 20], "auto_invoicing_issues": True,
    }  # fmt: skip
    page = browser.get("/workspace").text
    assert 'name="invoice_due_days" type="text" value="0"' in page
    wrong = browser.post("/workspace", settings(browser, reminder_days="5, soon, 900"))
    assert wrong.status_code == 422
    assert 'id="reminder_days-error"' in wrong.text
    assert 'value="5, soon, 900"' in wrong.text


def test_every_wrong_setting_is_named_and_what_was_typed_stays(browser: Browser) -> None:
    typed = settings(browser, name=" ", invoice_number_pattern="{code}", deletion_undo_days="soon")
    answer = browser.post("/workspace", {**typed, "city": "Bergen"})
    assert answer.status_code == 422
    for name in ("name", "invoice_number_pattern", "deletion_undo_days"):
        assert f'id="{name}-error"' in answer.text
    assert 'value="Bergen"' in answer.text
    assert "3 answers need another look" in answer.text


def test_two_who_change_the_settings_are_told(browser: Browser) -> None:
    typed = settings(browser, city="Oslo")
    browser.api.owner.call("PATCH", "/v1/workspace", {"city": "Bergen"})
    late = browser.post("/workspace", typed)
    assert late.status_code == 412
    assert "City</a>: Bergen" in late.text
    [version] = re.findall(r'name="version" value="(\d+)"', late.text)
    assert browser.post("/workspace", {**typed, "version": version}).status_code == 303
    assert 'value="Oslo"' in browser.get("/workspace").text


def test_a_list_is_added_to_renamed_ordered_retired_and_restored(browser: Browser) -> None:
    home = "/workspace/lists/service-types"
    browser.get(home)
    assert browser.post(home, {"name": "Soil survey"}).location == home
    twice = browser.post(home, {"name": "soil Survey"})
    assert twice.status_code == 422
    assert 'value="soil Survey"' in twice.text
    before = order(browser.get(home).text)
    assert before[-1] == "Soil survey"
    path = row(browser.get(home).text, "Soil survey")
    browser.post(path, {"do": "up"})
    assert order(browser.get(home).text)[-2] == "Soil survey"
    assert "autofocus" in browser.get(f"{home}?edit={path.rpartition('/')[2]}").text
    browser.post(path, {"do": "rename", "name": "Geology"})
    assert "was Soil survey" in browser.get(home).text
    browser.post(path, {"do": "retire"})
    page = browser.get(home).text
    assert page.index("Retired</h2>") < page.index("<span>Geology")
    browser.post(row(page, "Geology"), {"do": "restore"})
    assert "Retired</h2>" not in browser.get(home).text
    assert browser.get("/workspace/lists/colours").status_code == 404


def test_moving_an_entry_passes_over_those_that_are_retired(browser: Browser) -> None:
    home = "/workspace/lists/document-categories"
    page = browser.get(home).text
    first, second, third, *_ = order(page)
    browser.post(row(page, second), {"do": "retire"})
    browser.post(row(page, third), {"do": "up"})
    assert order(browser.get(home).text)[:2] == [third, first]


def test_a_field_is_defined_changed_and_retired(browser: Browser) -> None:
    browser.get("/workspace/fields/new")
    values = {"label": "Tier", "key": "Tier!", "type": "choice", "choices": "Gold\n\nSilver"}
    wrong = browser.post("/workspace/fields/new", values)
    assert wrong.status_code == 422
    assert 'id="key-error"' in wrong.text
    assert "Gold\nSilver</textarea>" in wrong.text
    assert browser.post("/workspace/fields/new", {**values, "key": "tier"}).status_code == 303
    page = browser.get("/workspace/fields").text
    assert "Gold, Silver" in page
    [path] = re.findall(r'href="(/workspace/fields/[0-9a-f-]{36})"', page)
    assert "Gold\nSilver</textarea>" in browser.get(path).text
    browser.post(path, {"label": "Class", "type": "choice", "choices": "Gold", "required": "yes"})
    assert "Required" in browser.get("/workspace/fields").text
    browser.post(path, {"do": "retire"})
    assert "Retired" in browser.get(path).text


def test_a_key_is_shown_once_and_works_until_it_is_revoked(browser: Browser) -> None:
    browser.get("/workspace/api-keys/new")
    values = {"name": "Nightly", "permissions": ["clients.view"], "expires_at": "2999-12-31"}
    nothing = browser.post("/workspace/api-keys/new", {"name": "Nightly", "expires_at": "soon"})
    assert nothing.status_code == 422
    assert 'id="permissions-error"' in nothing.text
    made = browser.post("/workspace/api-keys/new", values).text
    [token] = re.findall(r'id="token" value="([^"]+)"', made)
    caller = browser.api.app.test_client()
    headers = {"Authorization": f"Bearer {token}"}
    assert caller.get("/v1/clients", headers=headers).status_code == 200
    page = browser.get("/workspace/api-keys").text
    assert token not in page
    assert "1 January 3000, 00:00" in page
    paths = re.findall(r'action="(/workspace/api-keys/[^"]+/revoke)"', page)
    browser.post(paths[-1])
    assert "Work no longer" in browser.get("/workspace/api-keys").text


def test_a_role_of_ones_own_is_made_given_changed_and_deleted(browser: Browser) -> None:
    new, email = "/workspace/roles/new", "kim@example.com"
    values: dict[str, Any] = {"name": "Books & Bills", "permissions": ["invoices.view"]}
    assert 'value="clients.create" checked' in browser.get(new).text
    assert 'id="permissions-error"' in browser.post(new, {"name": "Books"}).text
    assert browser.post(new, values).status_code == 303
    assert "There is a role of this name" in browser.post(new, values).text
    page = browser.get("/workspace/roles").text
    [path] = {*re.findall(r'href="(/workspace/roles/[0-9a-f-]{36})"', page)}
    role = path.rpartition("/")[2]
    people = browser.get("/workspace/people").text
    assert f'<option value="{role}">Books &amp; Bills</option>' in people
    browser.post("/workspace/people/invitations", {"email": email, "role": role})
    assert 'data-label="Role">Books &amp; Bills<' in browser.get("/workspace/people").text
    browser.get(path)
    assert browser.post(path, {**values, "name": "Books", "version": "1"}).status_code == 303
    assert browser.post(path, {**values, "version": "1"}).status_code == 409
    refused = browser.post(f"{path}/delete", {})
    assert (refused.status_code, "somebody" in refused.text) == (409, True)
    [revoke] = re.findall(
        r'action="(/workspace/people/invitations/[^"]+/revoke)"',
        browser.get("/workspace/people").text,
    )
    browser.post(revoke, {})
    assert browser.post(f"{path}/delete", {}).status_code == 303
    assert browser.get(path).status_code == 404


def test_every_permission_is_said_in_words_and_shown_by_role(browser: Browser) -> None:
    said = {name: text for group in rights.GROUPS.values() for name, text in group.items()}
    assert set(said) == PERMISSIONS
    page = browser.get("/workspace/roles").text
    assert said["invoices.void"] in page
    assert "Runs the work" in page


def test_whoever_may_not_is_not_led_there_and_is_told_why(browser: Browser) -> None:
    browser.become("member")
    for path in _PAGES:
        answer = browser.get(f"/workspace{path}")
        assert answer.status_code == 403, path
        assert "Your role does not include it." in answer.text
    assert 'href="/workspace' not in browser.get("/clients").text
