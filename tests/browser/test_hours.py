"""Hours are filled in and billed by the keyboard alone."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.browser.conftest import Reader, Site

_WEEK = "/time?week=2026-W02&person=Kim"


def _cell(page: Page, day: int) -> str:
    return f"[id='lines[0].d{day}']"


def test_some_hours_are_billed_by_the_keyboard(owner: Reader, site: Site) -> None:
    client = site.call("GET", f"/v1/clients/{site.client_id}")
    open_ones = site.call("GET", f"/v1/projects?open=true&client_id={site.client_id}")["data"]
    page = owner.go(_WEEK)
    page.focus("[id='lines[0].project_id']")
    page.select_option("[id='lines[0].project_id']", open_ones[0]["id"])
    page.keyboard.press("Tab")
    page.keyboard.type(client["rates"][0]["position"])
    page.focus(_cell(page, 0))
    page.keyboard.type("7:30")
    page.keyboard.press("ArrowRight")
    expect(page.locator(_cell(page, 1))).to_be_focused()
    page.keyboard.type("4,5")
    expect(page.locator("[data-sum-week]")).to_have_text("12.00")
    page.keyboard.press("Enter")
    expect(page.get_by_text("The week is saved.")).to_be_visible()
    expect(page.locator(_cell(page, 0))).to_have_value("7.50")
    page.goto(f"{owner.base}/clients/{site.client_id}/invoices/from-time")
    page.fill("#period_start", "2026-01-01")
    page.fill("#period_end", "2026-01-11")
    page.get_by_role("button", name="Make the draft").focus()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/invoices/[0-9a-f-]{36}$"))
    expect(page.get_by_role("article")).to_contain_text("12.00")
    page.goto(owner.base + _WEEK)
    expect(page.locator("[data-fixed]")).to_have_count(2)
    assert owner.complaints == []
