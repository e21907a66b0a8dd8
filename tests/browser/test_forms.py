"""Making, changing and deleting a client: by keyboard, by mouse, without a script."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import LONG_NAME, Reader, Readers, Site
from tests.browser.test_every_page import shuts_out, violations
from tests.factories import documents

STEPS = ("basic", "business", "rates", "contacts", "documents", "settings")
KINDS = {
    "pdf": documents.pdf, "docx": documents.docx, "xlsx": documents.xlsx, "doc": documents.doc,
    "xls": documents.xls, "png": documents.png, "jpg": documents.jpeg, "gif": documents.gif,
    "webp": documents.webp, "txt": lambda: b"A text.", "csv": lambda: b"a,b\n1,2\n",
}  # fmt: skip
# Rows come and go while files are sent: what each bar said is written down as it says it.
_NOTE_BARS = """() => {
  window.bars = [];
  const note = (all) => all.forEach(({ target }) => {
    if (target.matches("progress")) bars.push(`${target.ariaLabel} ${target.value}`);
  });
  new MutationObserver(note).observe(
    document.querySelector("main"), { subtree: true, attributeFilter: ["value"] });
}"""


def _begun(reader: Reader) -> str:
    """The address of a new draft."""
    page = reader.go("/clients/new")
    page.get_by_role("button", name="Begin a new client").first.click()
    page.wait_for_url("**/basic")
    return page.url.removesuffix("/basic")


def _pressed_to(page: Page, name: str) -> None:
    """Tab on until the field of this name has the focus."""
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.name") == name:
            return
    pytest.fail(f"the keyboard does not reach {name}")


def test_six_steps_by_the_keyboard_alone(owner: Reader, site: Site) -> None:
    page = owner.page
    base = _begun(owner)
    _pressed_to(page, "company_name")
    page.keyboard.type("Keyboard & Keys")
    _pressed_to(page, "primary_contact.email")
    page.keyboard.type("k@keys.example.com")
    # Enter in a field goes on, and presses no button that removes or leaves.
    page.keyboard.press("Enter")
    page.wait_for_url("**/business")
    _pressed_to(page, "current_systems")
    page.keyboard.type("Paper")
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/rates")
    _pressed_to(page, "rates[0].position")
    page.keyboard.type("Typist")
    _pressed_to(page, "rates[0].regular_rate")
    page.keyboard.type("80")
    page.get_by_role("button", name="Add a rate").focus()
    page.keyboard.press("Enter")
    expect(page.locator("[name='rates[1].position']")).to_be_focused()
    page.locator("[name='rates[1].position']").press("Enter")
    page.wait_for_url("**/contacts")
    _pressed_to(page, "contacts[0].name")
    page.keyboard.press("Enter")
    page.wait_for_url("**/documents")
    page.get_by_role("button", name="Continue").press("Enter")
    page.wait_for_url("**/settings")
    page.locator("#tags").press("Enter")
    page.wait_for_url("**/review")
    page.get_by_role("button", name="Create client").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Keyboard & Keys")
    client = site.call("GET", f"/v1/clients/{base.rsplit('/', 1)[1]}")
    assert client["rates"][0]["regular_rate"] == "80.00"
    assert owner.complaints == []


def test_six_steps_without_a_script(readers: Readers) -> None:
    reader = readers(java_script_enabled=False)
    _begun(reader)
    page = reader.page
    page.fill("#company_name", LONG_NAME + " Two")
    page.fill("#website", "nowhere")
    page.get_by_role("button", name="Save and continue").click()
    expect(page.get_by_text("2 answers need another look")).to_be_visible()
    page.fill("#website", "")
    page.fill("[id='primary_contact.email']", "two@scriptless.example.com")
    page.get_by_role("button", name="Save and continue").click()
    page.get_by_label("ISO 9001").check()
    page.get_by_role("button", name="Save and continue").click()
    page.fill("[name='rates[0].position']", "One")
    page.get_by_role("button", name="Add a rate").click()
    expect(page.locator("[name='rates[0].position']")).to_have_value("One")
    page.get_by_role("button", name="Remove One").click()
    page.get_by_role("button", name="Save and continue").click()
    page.get_by_role("button", name="Save and continue").click()
    page.set_input_files("#files", {"name": "plan.pdf", "mimeType": "", "buffer": documents.pdf()})
    page.get_by_role("button", name="Upload the chosen file").click()
    expect(page.locator("#uploads")).to_contain_text("Ready")
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("button", name="Save and continue").click()
    page.get_by_role("button", name="Create client").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(LONG_NAME + " Two")


def test_a_draft_saves_itself_and_complains_only_of_what_was_left(owner: Reader) -> None:
    base = _begun(owner)
    page = owner.page
    page.fill("#company_name", "Saved by itself")
    page.fill("#website", "nowhere")
    expect(page.locator("#website-error")).to_be_hidden()
    page.keyboard.press("Tab")
    expect(page.locator("#website-error")).to_be_visible()
    expect(page.locator("[id='primary_contact.email-error']")).to_be_hidden()
    expect(page.locator("[data-saved]")).to_contain_text("saved ")
    page.goto(base + "/settings")
    page.go_back()
    expect(page.locator("#company_name")).to_have_value("Saved by itself")
    page.context.set_offline(True)
    page.fill("#company_name", "Typed without a net")
    page.keyboard.press("Tab")
    expect(page.locator("[data-saved]")).to_have_text("not saved: you are offline")
    page.context.set_offline(False)
    expect(page.locator("[data-saved]")).to_contain_text("saved ")


def test_files_go_to_the_store_with_a_bar_and_a_refused_one_says_why(owner: Reader) -> None:
    _begun(owner)
    page = owner.go(owner.page.url.replace(owner.base, "").replace("/basic", "/documents"))
    straight: list[str] = []
    page.on("request", lambda sent: straight.append(sent.url) if sent.method == "PUT" else None)
    page.evaluate(_NOTE_BARS)
    kinds = {f"true.{kind}": make() for kind, make in KINDS.items()}
    sent = {**kinds, "false.pdf": b"no paper at all"}
    page.set_input_files(
        "#files",
        [{"name": name, "mimeType": "", "buffer": body} for name, body in sent.items()],
    )
    for name in kinds:
        row = page.locator(".up", has=page.get_by_text(name, exact=True))
        expect(row).to_contain_text("Ready", timeout=20_000)
    expect(page.locator(".up", has_text="false.pdf").locator(".error")).to_contain_text("Refused:")
    assert set(page.evaluate("bars")) >= {f"{name} 100" for name in sent}
    assert len(straight) == len(sent)
    assert not any(url.startswith(owner.base) for url in straight)
    with page.expect_response(lambda answer: answer.request.method == "POST" and answer.ok):
        page.get_by_label("Category of true.pdf").select_option("Contract")
    page.reload()
    expect(page.get_by_label("Category of true.pdf")).to_have_value(
        re.compile("contract", re.IGNORECASE)
    )
    page.locator(".up", has_text="false.pdf").get_by_role("button", name="Dismiss").click()
    expect(page.locator(".up", has_text="false.pdf")).to_have_count(0)
    assert violations(page) == []
    assert owner.complaints == []


def test_two_windows_on_one_client_choose_and_lose_nothing(owner: Reader, site: Site) -> None:
    body = {"company_name": "Two Windows", "primary_contact": {"email": "a@windows.example.com"}}
    client = site.call("POST", "/v1/clients", body)
    path = f"/clients/{client['id']}/edit/basic"
    page = owner.go(path)
    site.call(
        "PATCH", f"/v1/clients/{client['id']}", {"address": {"city": "Theirs", "state": "MN"}},
        **{"If-Match": '"1"'},
    )  # fmt: skip
    page.fill("[id='address.city']", "Mine")
    page.get_by_role("button", name="Save", exact=True).last.click()
    expect(page.get_by_text("changed by both of you")).to_be_visible()
    assert violations(page) == []
    owner.complaints.clear()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    after = site.call("GET", f"/v1/clients/{client['id']}")["address"]
    assert (after["city"], after["state"]) == ("Mine", "MN")
    page.goto(owner.base + f"/clients/{client['id']}/delete")
    page.fill("#typed", client["client_code"])
    page.get_by_role("button", name="Delete Two Windows").click()
    expect(page.locator("#progress")).to_contain_text("Finished", timeout=20_000)
    assert owner.complaints == []


@pytest.mark.parametrize("step", [*STEPS, "review"])
def test_a_step_shuts_nobody_out(owner: Reader, site: Site, step: str) -> None:
    made = site.call("POST", "/v1/client-drafts", {})
    rate = {"position": "P" * 90, "regular_rate": "x"}
    for name, typed in {
        "basic": {"company_name": LONG_NAME, "website": "x"},
        "rates": {"rates": [rate, rate]},
        "contacts": {"contacts": [{"name": LONG_NAME, "email": "x"}]},
    }.items():
        site.call("PATCH", f"/v1/client-drafts/{made['id']}/steps/{name}", typed)
    assert shuts_out(owner, f"/clients/drafts/{made['id']}/{step}") == []


@pytest.mark.parametrize("page", ["edit/rates", "delete", "merge", "documents/upload"])
def test_a_page_of_a_client_shuts_nobody_out(owner: Reader, site: Site, page: str) -> None:
    assert shuts_out(owner, f"/clients/{site.client_id}/{page}") == []


def test_a_session_that_ends_in_the_middle_of_step_four_loses_nothing(
    owner: Reader, site: Site
) -> None:
    base = _begun(owner)
    page = owner.page
    page.fill("#company_name", "Held On Works")
    page.locator("#company_name").blur()
    expect(page.locator("[data-saved]")).to_contain_text("saved ")
    page.goto(f"{base}/contacts")
    name = page.locator("[name='contacts[0].name']")
    name.fill("Ada")
    name.blur()
    # Else it might save itself just after the session has ended, and the dialog be there already.
    expect(page.locator("[data-saved]")).to_contain_text("saved ")
    other = page.context.new_page()
    other.goto(f"{owner.base}/clients")
    other.locator(".me button.reader").click()
    other.get_by_role("button", name="Sign out").click()
    other.wait_for_url("**/sign-in")
    name.fill("Ada Hold")
    # It saves itself two seconds after the last key, and takes no letter from who types on.
    expect(page.locator("[data-saved]")).to_contain_text("you were signed out")
    page.keyboard.type("fast")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_have_count(0)
    name.blur()
    dialog.get_by_label("Email").fill(site.stack.info["admin"]["email"])
    dialog.get_by_label("Password").fill("wrong")
    dialog.get_by_role("button", name="Sign in").click()
    expect(dialog).to_contain_text("Check the email and password.")
    dialog.get_by_label("Email").fill(site.stack.info["admin"]["email"])
    dialog.get_by_label("Password").fill(site.stack.info["admin"]["password"])
    dialog.get_by_role("button", name="Sign in").click()
    expect(dialog).to_have_count(0)
    expect(page.locator("[data-saved]")).to_have_text(re.compile("^saved "))
    page.reload()
    expect(name).to_have_value("Ada Holdfast")
    page.goto(f"{base}/basic")
    expect(page.locator("#company_name")).to_have_value("Held On Works")
