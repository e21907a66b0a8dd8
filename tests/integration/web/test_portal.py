"""C2: the portal's pages, in a browser without a script."""

from __future__ import annotations

import uuid
from typing import Any

from services.clients.mail.tasks import send_mail
from services.clients.portal.tasks import answer_requests
from tests.fixtures.api import PASSWORD
from tests.fixtures.engines import RunningEngines
from tests.fixtures.mailbox import link_in, mails_to
from tests.integration.web.conftest import Browser

LINE = {"description": "Work", "quantity": "2.00", "unit_price": "100.00"}


def mailed(browser: Browser, engines: RunningEngines, email: str) -> str:
    send_mail(browser.api.runtime)
    link = link_in(mails_to(engines.mailbox, email)[-1])
    return "/" + link.partition("//")[2].partition("/")[2]


def a_client(browser: Browser) -> tuple[Any, str]:
    """A client with a project and an issued invoice, and its contact's address."""
    email = f"{uuid.uuid4().hex}@acme.example.com"
    client = browser.client(contacts=[{"name": "Ana Ruiz", "email": email}])
    path = f"/v1/clients/{client['id']}"
    owner = browser.api.owner
    owner.call("POST", f"{path}/projects", {"name": "Line 4", "status": "active"})
    made: Any = owner.call("POST", f"{path}/invoices", {"lines": [LINE]}).json
    issued = owner.call("POST", f"/v1/invoices/{made['id']}/issue", {})
    assert issued.status_code == 200, issued.text
    return client, email


def test_a_contact_is_invited_comes_and_sees_their_companys(
    browser: Browser, engines: RunningEngines
) -> None:
    client, email = a_client(browser)
    contacts = f"/clients/{client['id']}/contacts"
    assert "Not invited to the portal" in browser.get(contacts).text
    contact = client["contacts"][0]["id"]
    browser.post(f"{contacts}/{contact}/invite", {"scope": ["projects", "invoices"]})
    assert "Invited" in browser.get(contacts).text

    link = mailed(browser, engines, email)
    assert client["company_name"] in browser.get(link).text
    assert browser.post(link, {"name": "Ana", "password": "password1"}).status_code == 422
    accepted = browser.post(link, {"name": "Ana", "password": PASSWORD})
    assert (accepted.status_code, accepted.location) == (303, "/portal")
    home = browser.get("/portal").text
    assert all(text in home for text in (client["company_name"], "Line 4", "ACM-", "$200.00"))
    assert "Send us a file" not in home
    for page in ("projects", "invoices", "profile"):
        assert browser.get(f"/portal/{page}").status_code == 200, page
    refused = browser.get("/portal/documents")
    assert (refused.status_code, "not shared with you" in refused.text) == (403, True)
    [summary] = browser.api.owner.call("GET", f"/v1/clients/{client['id']}/invoices").json["data"]
    paper = browser.get(f"/portal/invoices/{summary['id']}")
    assert (paper.status_code, summary["number"] in paper.text) == (200, True)
    assert browser.get(f"/portal/invoices/{uuid.uuid4()}").status_code == 404
    assert "In the portal" in browser.get(contacts).text
    assert browser.get("/clients").status_code == 200
    assert browser.get(link).status_code == 410


def test_a_report_is_made_on_request_and_listed(browser: Browser) -> None:
    client, _ = a_client(browser)
    page = f"/clients/{client['id']}/reports"
    assert "No reports yet" in browser.get(page).text
    assert "2026-Q3" in browser.get(page).text
    browser.post(page, {"quarter": "2020-q3"})
    listed = browser.get(page).text
    assert "2020-Q3" in listed
    assert "being made" in listed
    browser.post(page, {"quarter": "2020-Q9"})
    assert "A quarter that has begun" in browser.get(page).text


def test_a_contact_leaves_and_comes_back_by_a_mailed_link(
    browser: Browser, engines: RunningEngines
) -> None:
    client, email = a_client(browser)
    contact = client["contacts"][0]["id"]
    contacts = f"/clients/{client['id']}/contacts"
    browser.get(contacts)
    browser.post(f"{contacts}/{contact}/invite", {"scope": ["documents"]})
    link = mailed(browser, engines, email)
    browser.get(link)
    browser.post(link, {"name": "Ana"})
    browser.get("/portal/profile")
    browser.post("/portal/profile/name", {"name": "Ana Maria"})
    assert "Ana Maria" in browser.get("/portal/profile").text
    browser.post("/portal/sign-out")
    led = browser.get("/portal/documents")
    assert led.location == "/portal/sign-in?next=/portal/documents"
    browser.get("/portal/sign-in")
    assert browser.post("/portal/sign-in", {"email": email, "password": "x"}).status_code == 422
    assert "mailbox" in browser.post("/portal/sign-in/link", {"email": email}).text
    answer_requests(browser.api.runtime)
    back = mailed(browser, engines, email)
    browser.get(back)
    assert browser.post(back).location == "/portal"
    assert "Documents are away" in browser.get("/portal").text

    [access] = browser.api.owner.call("GET", f"/v1/clients/{client['id']}/portal-access").json[
        "data"
    ]
    browser.get(contacts)
    browser.post(f"/clients/{client['id']}/portal-access/{access['id']}/revoke")
    assert browser.get("/portal").location.startswith("/portal/sign-in")
