"""The first five minutes of somebody who has just signed in: a client, some hours, an invoice."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.browser.conftest import Reader
from tests.factories import documents

_NAME = "First Light Surveyors"


def _go_on(page: Page, step: str) -> None:
    page.get_by_role("button", name="Continue").click()
    page.wait_for_url(f"**/{step}")


def _six_steps(page: Page) -> None:
    page.get_by_role("button", name="New client").first.click()
    page.get_by_label("Company name").fill(_NAME)
    page.locator("[name='primary_contact.name']").fill("Ada Bright")
    page.locator("[name='primary_contact.email']").fill("ada@firstlight.example.com")
    _go_on(page, "business")
    page.locator("#current_systems").fill("Paper")
    _go_on(page, "rates")
    page.locator("[name='rates[0].position']").fill("Surveyor")
    page.locator("[name='rates[0].regular_rate']").fill("120")
    _go_on(page, "contacts")
    _go_on(page, "documents")
    contract = {"name": "contract.pdf", "mimeType": "", "buffer": documents.pdf(2)}
    page.set_input_files("#files", [contract])
    expect(page.locator(".up")).to_contain_text("Ready", timeout=20_000)
    _go_on(page, "settings")
    _go_on(page, "review")
    page.get_by_role("button", name="Create client").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(_NAME)


def _hours(page: Page) -> None:
    page.get_by_role("link", name="Projects").last.click()
    page.get_by_role("link", name="New project").click()
    page.locator("#name").fill("Boundary survey")
    page.get_by_role("button", name="Create the project").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Boundary survey")
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Time").click()
    chosen = page.locator("[id='lines[0].project_id']")
    chosen.select_option(label=f"{_NAME} · Boundary survey")
    page.locator("[id='lines[0].position']").fill("Surveyor")
    page.locator("[id='lines[0].d0']").fill("7:30")
    page.get_by_role("button", name="Save the week").click()
    expect(page.get_by_text("The week is saved.")).to_be_visible()


def _billed(page: Page, client: str) -> None:
    page.goto(client)
    page.get_by_role("link", name="Invoices").last.click()
    page.get_by_role("link", name="Bill time").first.click()
    page.get_by_role("button", name="Make the draft").click()
    page.wait_for_url(re.compile(r"/invoices/[0-9a-f-]{36}$"))
    expect(page.get_by_role("article")).to_contain_text("900.00")
    page.get_by_role("link", name="Issue").click()
    page.get_by_role("button", name="Issue").click()
    expect(page.locator(".head")).to_contain_text("Issued")


def test_the_first_five_minutes(owner: Reader) -> None:
    page = owner.go("/clients")
    _six_steps(page)
    client = page.url
    _hours(page)
    _billed(page, client)
    page.goto(f"{client}/activity")
    for said in (f"Client {_NAME} created", "contract.pdf", "Boundary survey", "issued"):
        expect(page.locator("#days .ev", has_text=said).first).to_be_visible(timeout=15_000)
    assert owner.complaints == []
