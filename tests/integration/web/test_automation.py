"""What happens by itself, as pages: runs and what is next, mail as it was sent, and its words."""

from __future__ import annotations

import html
import re
from datetime import timedelta
from typing import Any

from sqlalchemy import text

from services.clients.auto_invoicing.tasks import start_billing
from services.clients.jobs.tasks import advance_job
from services.clients.mail.tasks import send_mail
from shared.clock import now
from tests.fixtures.mailbox import mails_to, text_of
from tests.integration.web.conftest import Browser

LINE = {"description": "Work", "quantity": "2.00", "unit_price": "100.00"}


def invoiced_by_itself(browser: Browser, **changes: Any) -> Any:
    """A client with auto-invoicing, and hours of today at a position, `Engineer` where none is
    named."""
    position = changes.pop("position", "Engineer")
    client = browser.client(
        rates=[{"position": "Engineer", "regular_rate": "100.00"}],
        settings={"auto_invoicing": True, "auto_invoicing_frequency": "weekly"},
        **changes,
    )
    project = browser.api.owner.call(
        "POST", f"/v1/clients/{client['id']}/projects", {"name": "Line 4", "status": "active"}
    )
    made: Any = project.json
    entry = {"position": position, "person": "Jo", "date": now().date().isoformat(), "hours": "2"}
    worked = browser.api.owner.call("POST", "/v1/time-entries", {"project_id": made["id"], **entry})
    assert worked.status_code == 201, worked.text
    return client


def run_next_month(browser: Browser) -> None:
    """What beat and a worker do in five weeks."""
    runtime = browser.api.runtime
    start_billing(runtime, now() + timedelta(days=35))
    wanted = "SELECT workspace_id, id, turn FROM jobs WHERE kind = 'auto_invoicing'"
    with runtime.unit_of_work(browser.api.origin()) as uow:
        [(workspace, job, turn)] = [tuple(row) for row in uow.session.execute(text(wanted))]
    while turn is not None:
        turn = advance_job(runtime, workspace, job, turn)


def test_a_run_says_what_it_did_and_why_it_did_not(browser: Browser) -> None:
    page = browser.get("/invoices/runs").text
    assert "Nobody is invoiced by itself" in page
    assert "No run yet" in page
    assert browser.post("/invoices/runs").location == "/invoices/runs"
    assert "Nobody is due" in browser.get("/invoices/runs").text
    invoiced_by_itself(browser)
    invoiced_by_itself(
        browser, position="Diver", company_name="Bolt & Sons", client_code="BOL",
        allow_duplicate=True,
    )  # fmt: skip
    page = html.unescape(browser.get("/invoices/runs").text)
    assert "$200.00" in page
    assert "Diver" in page
    run_next_month(browser)
    page = browser.get("/invoices/runs").text
    [path] = set(re.findall(r'href="(/invoices/runs/[^"]+)"', page))
    page = html.unescape(browser.get(path).text)
    for told in ("Done", "Draft", "$200.00", "Failed", "Bolt & Sons", "Diver"):
        assert told in page, told
    browser.become("viewer")
    assert "Invoice now" not in browser.get("/invoices/runs").text
    assert browser.post("/invoices/runs").status_code == 403


def test_the_settings_of_a_client_say_what_happens_and_when_next(browser: Browser) -> None:
    client = browser.client()
    rules: Any = browser.api.owner.call("GET", "/v1/automation").json
    page = browser.get(f"/clients/{client['id']}/edit/settings").text
    assert f"for {rules['quarterly_reports']['quarter']}." in page
    assert page.count(", next on ") == len(rules["auto_invoicing"]) == 3
    assert "as drafts that somebody issues" in page
    assert "after 3, 14, 30 days" in page


def test_mail_is_shown_as_it_was_sent_and_sent_once_more(browser: Browser, engines: Any) -> None:
    client = browser.client()
    of_client = f"/mails?client_id={client['id']}"
    assert "No mail here" in browser.get(of_client).text
    path = f"/v1/clients/{client['id']}/contacts/primary/invite"
    assert browser.api.owner.call("POST", path, {}).status_code in (200, 201)
    address = client["primary_contact"]["email"]
    before = len(mails_to(engines.mailbox, address))
    send_mail(browser.api.runtime)
    page = browser.get(of_client).text
    [mail] = set(re.findall(r'href="(/mails/[^"]+)"', page))
    page = html.unescape(browser.get(mail).text)
    assert "(a link for the recipient alone)" in page
    assert "Send once more" not in page
    [sent] = mails_to(engines.mailbox, address)[before:]
    assert "/portal/invitation/" in text_of(sent)
    assert "/portal/invitation/" not in page
    refused = browser.post(f"{mail}/resend")
    assert refused.location == mail
    assert "cannot be sent again" in browser.get(mail).text


def test_an_invoice_is_sent_from_its_page_and_who_wants_no_more_is_named(
    browser: Browser, engines: Any
) -> None:
    client = browser.client()
    made: Any = browser.api.owner.call(
        "POST", f"/v1/clients/{client['id']}/invoices", {"lines": [LINE]}
    ).json
    browser.api.owner.call("POST", f"/v1/invoices/{made['id']}/issue", {})
    page = browser.get(f"/invoices/{made['id']}/send").text
    version = re.findall(r'name="version" value="(\d+)"', page)[0]
    sent = browser.post(f"/invoices/{made['id']}/send", {"version": version})
    assert sent.location == f"/invoices/{made['id']}"
    page = browser.get(f"/mails?client_id={client['id']}&kind=invoice_issued").text
    assert "On its way" in page
    address = client["primary_contact"]["email"]
    stopped = (
        "INSERT INTO mail_stops (client_id, email_key, workspace_id, email, stopped_at) "
        "VALUES (:client, :email, :workspace, :email, now())"
    )
    given = {
        "client": client["id"],
        "email": address,
        "workspace": browser.api.origin().workspace_id,
    }
    with browser.api.runtime.unit_of_work(browser.api.origin()) as uow:
        uow.session.execute(text(stopped), given)
    page = browser.get(f"/mails?client_id={client['id']}").text
    assert "Want no more mail about this client" in page
    browser.post(f"/mails/of/{client['id']}/allow", {"email": address})
    page = browser.get(f"/mails?client_id={client['id']}").text
    assert "gets mail again" in page
    assert "Want no more mail" not in page


def test_the_firm_words_its_mail(browser: Browser) -> None:
    assert "as it comes" in browser.get("/workspace/mail").text
    path = "/workspace/mail/invoice_issued"
    assert "Hello Jo Park" in browser.get(path).text
    typed = {"subject": "Bill {number}", "text": "Dear {contact},\r\n\r\nplease pay {total}."}
    looked = browser.post(path, {**typed, "do": "look"}).text
    assert "Bill ACM-2026-0001" in looked
    wrong = browser.post(path, {**typed, "subject": "{nubmer}", "do": "save"})
    assert wrong.status_code == 422
    assert "{nubmer}" in wrong.text
    assert 'id="subject-error"' in wrong.text
    assert browser.post(path, {**typed, "do": "save"}).location == "/workspace/mail"
    page = browser.get("/workspace/mail").text
    assert "Bill {number}" in page
    assert "Your firm" in page
    browser.get(path)
    browser.post(path, {"do": "reset"})
    assert "Your firm" not in browser.get("/workspace/mail").text
    assert browser.get("/workspace/mail/tea").status_code == 404


def test_mail_is_for_those_who_may_see_it(browser: Browser) -> None:
    browser.become("viewer")
    assert browser.get("/mails").status_code == 403
    assert browser.get("/workspace/mail").status_code == 403
    assert 'href="/mails"' not in browser.get("/clients").text
