"""What holds for every page: nobody is shut out, nothing is wider than the window, CSP is kept."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import Reader, Readers, Site
from tests.fixtures.waiting import eventually

_VENDOR = Path(__file__).parent / "vendor"
AXE = (_VENDOR / "axe.min.js").read_text(encoding="utf-8")
_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
PAGES = {
    "clients": "/clients",
    "cards": "/clients?as=cards",
    "no match": "/clients?q=zzzz&tag=a",
    "status": "/clients/{client}/status",
    "details": "/clients/{client}",
    "contacts": "/clients/{client}/contacts",
    "rates": "/clients/{client}/rates",
    "documents": "/clients/{client}/documents",
    "compliance": "/clients/{client}/compliance",
    "projects": "/clients/{client}/projects",
    "invoices": "/clients/{client}/invoices",
    "activity": "/clients/{client}/activity",
    "long name": "/clients/{long}",
    "empty tab": "/clients/{long}/documents",
    "invoice": "/invoices/{invoice}",
    "all invoices": "/invoices",
    "project": "/projects/{project}",
    "auto-invoicing": "/invoices/runs",
    "mail": "/mails",
    "reports": "/clients/{client}/reports",
    "all projects": "/projects",
    "project form": "/projects/{project}/edit",
    "week": "/time?week=2026-W43&person=Jonas+Weir",
    "time entries": "/time/entries",
    "new invoice": "/clients/{client}/invoices/new",
    "bill time": "/clients/{client}/invoices/from-time",
    "statement": "/clients/{client}/statement",
    "jobs": "/jobs",
    "import": "/imports/new",
    "export": "/exports/new",
    "settings": "/workspace",
    "lists": "/workspace/lists/industries",
    "renaming": "/workspace/lists/industries?edit={entry}",
    "wording": "/workspace/mail/invoice_issued",
    "fields": "/workspace/fields",
    "new field": "/workspace/fields/new",
    "people": "/workspace/people",
    "roles": "/workspace/roles",
    "new role": "/workspace/roles/new",
    "keys": "/workspace/api-keys",
    "new key": "/workspace/api-keys/new",
    "account": "/account",
    "webhooks": "/webhooks",
    "new webhook": "/webhooks/new",
    "subscribers": "/subscribers",
    "operator": "/operator",
    "audit": "/workspace/audit",
    "search": "/search?q=al",
    "nothing there": "/nowhere",
}


def _path(site: Site, name: str) -> str:
    return PAGES[name].format(
        client=site.client_id, long=site.long_id, invoice=site.invoice_id, project=site.project_id,
        entry=site.entry_id,
    )  # fmt: skip


def violations(page: Page) -> list[str]:
    """What axe-core finds, as lines."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE)
    options = {"runOnly": {"type": "tag", "values": _RULES}, "resultTypes": ["violations"]}
    found: list[dict[str, Any]] = page.evaluate("(o) => axe.run(document, o)", options)[
        "violations"
    ]
    return [f"{it['id']}: {node['html'][:160]}" for it in found for node in it["nodes"]]


def _width_over(page: Page) -> int:
    script = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    return int(page.evaluate(script))


def test_axe_is_what_its_maker_published() -> None:
    line = (_VENDOR / "vendor.lock").read_text().splitlines()[-1]
    assert line.split()[-1] == hashlib.sha256(AXE.encode()).hexdigest()


def shuts_out(reader: Reader, path: str) -> list[str]:
    """What is wrong with a page: light and wide, dark and narrow, and at 320 pixels."""
    page = reader.go(path)
    reader.complaints.clear()
    found = violations(page)
    page.emulate_media(color_scheme="dark")
    page.set_viewport_size({"width": 390, "height": 844})
    found += violations(page)
    page.set_viewport_size({"width": 320, "height": 640})
    over = _width_over(page)
    return [*found, *([f"{over} pixels too wide"] if over else []), *reader.complaints]


@pytest.mark.parametrize("name", PAGES)
def test_a_page_shuts_nobody_out(owner: Reader, site: Site, name: str) -> None:
    assert shuts_out(owner, _path(site, name)) == []


def test_menus_shut_nobody_out_either(owner: Reader, site: Site) -> None:
    page = owner.go("/clients")
    page.get_by_role("button", name="More filters").click()
    assert violations(page) == []
    page.keyboard.press("Escape")
    page.locator("a[href$='/status']").first.click()
    page.locator(".menu[id^=st-]:popover-open").wait_for()
    assert violations(page) == []


def test_without_a_script_everything_can_be_read_and_searched(readers: Readers, site: Site) -> None:
    timeline = f"/v1/clients/{site.client_id}/activity?limit=51"
    for number in range(5):
        said = {"kind": "note", "text": f"Note {number}"}
        site.call("POST", f"/v1/clients/{site.client_id}/notes", said)
    eventually("a page", lambda: len(site.call("GET", timeline)["data"]) > 50)
    reader = readers(java_script_enabled=False)
    page = reader.go("/clients")
    page.fill("#q", "alder")
    page.get_by_role("button", name="Search", exact=True).click()
    page.get_by_role("link", name="Alder & Finch Machine Works").click()
    for tab in ("Contacts", "Service rates", "Documents", "Activity"):
        page.get_by_role("navigation", name="Client record").get_by_role("link", name=tab).click()
        assert page.get_by_role("heading", level=1).inner_text() == "Alder & Finch Machine Works"
    page.get_by_role("link", name="Earlier events").click()
    assert "Client Alder & Finch Machine Works created" in page.inner_text("main")


def test_the_first_page_is_small(owner: Reader) -> None:
    sizes: list[int] = []
    session = owner.page.context.new_cdp_session(owner.page)
    session.send("Network.enable")
    session.send("Network.setCacheDisabled", {"cacheDisabled": True})
    session.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    owner.go("/clients")
    owner.page.wait_for_load_state("networkidle")
    assert len(sizes) <= 10
    assert sum(sizes) <= 150_000
