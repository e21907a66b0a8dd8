"""Webhooks, subscribers and the audit as a person meets them, in a browser without a script."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from services.activity.subscribers.operations import managing
from shared.ids import uuid7
from shared.messaging.envelope import Actor
from shared.messaging.outbox import Origin
from shared.security.permissions import CLIENTS_VIEW, PERMISSIONS, WEBHOOKS_MANAGE
from tests.fixtures.api import Api, serve
from tests.fixtures.databases import Databases
from tests.fixtures.sink import Reply, Sink
from tests.fixtures.waiting import eventually
from tests.integration.gateway.servers import serving
from tests.integration.web.conftest import Browser, browser_at
from tests.integration.webhooks.conftest import UPDATED, Office


@pytest.fixture
def browser(office: Office, databases: Databases) -> Iterator[Browser]:
    """The owner of the office's workspace, signed in."""
    with serving(office.http.application) as activity:
        api = serve(databases, CLIENTELE_ACTIVITY_URL=activity)
        office.workspace_id = api.founded.workspace_id
        with serving(api.app) as address:
            found = browser_at(api, address)
            found.sign_in()
            eventually("the activity service behind the façade", lambda: _answers(api))
            yield found


def _answers(api: Api) -> bool:
    return api.owner.call("GET", "/v1/audit").status_code == 200


def made(browser: Browser, sink: Sink, **changes: str) -> str:
    """The address of the page of a new webhook that wants changes of clients."""
    browser.get("/webhooks/new")
    values = {"url": sink.url(), "types": "clients.client.*", "ordered": "yes"}
    answer = browser.post("/webhooks/new", {**values, **changes})
    assert re.search(r'id="secret" value="whsec_', answer.text), answer.text
    [path] = re.findall(r'class="btn primary" href="(/webhooks/[0-9a-f-]{36})"', answer.text)
    return str(path)


def test_a_webhook_is_made_pinged_paused_changed_and_removed(browser: Browser, sink: Sink) -> None:
    assert "No webhooks yet" in browser.get("/webhooks").text
    path = made(browser, sink, description="ERP <Nord>")
    page = browser.get(path).text
    assert "ERP &lt;Nord&gt;" in page
    assert "Delivering" in page
    assert "whsec_" not in page
    for do, said in (("ping", "on its way"), ("pause", "Its place is kept"), ("resume", "goes on")):
        assert browser.post(f"{path}/do", {"do": do}).location == path
        assert said in browser.get(path).text
    edit = browser.get(f"{path}/edit").text
    assert 'value="clients.client.*" checked' in edit
    values = {"url": sink.url(), "description": "ERP", "types": "clients.invoice.*"}
    browser.post(f"{path}/edit", {**values, "others": "documents.document.added.v1"})
    page = browser.get(path).text
    assert "documents.document.added.v1" in page
    assert "In order per client" not in page
    rotated = browser.post(f"{path}/rotate-secret").text
    assert "signed with the one before as well" in rotated
    assert browser.post(f"{path}/do", {"do": "remove"}).location == "/webhooks"
    assert browser.get(path).status_code == 404


def test_what_is_wrong_with_a_webhook_is_said_at_its_field(browser: Browser, sink: Sink) -> None:
    browser.get("/webhooks/new")
    answer = browser.post("/webhooks/new", {"url": sink.url(), "others": "no such"})
    assert answer.status_code == 422
    assert 'id="types-error"' in answer.text
    assert "no\nsuch</textarea>" in answer.text
    refused = browser.post("/webhooks/new", {"url": "ftp://x", "types": "clients.client.*"})
    assert 'id="url-error"' in refused.text
    assert 'value="ftp://x"' in refused.text


def test_the_log_shows_what_was_sent_and_answered_and_sends_again(
    browser: Browser, office: Office, sink: Sink
) -> None:
    path = made(browser, sink)
    told = office.tell(uuid7())
    office.dispatch()
    page = browser.get(path).text
    assert "Taken at the first attempt." in page
    assert told in page
    [delivery] = re.findall(rf'href="({path}/deliveries/[^"]+)"', page)
    shown = browser.get(delivery).text
    assert UPDATED in shown
    assert f"&#34;id&#34;: &#34;{told}&#34;" in shown
    assert browser.post(f"{delivery}/resend").location == path
    office.dispatch()
    browser.post(f"{path}/replay", {"after": "2026-01-01 10:00"})
    office.dispatch()
    assert sink.ids() == [told, told, told]
    assert "None of this kind" in browser.get(f"{path}?state=failed").text
    wrong = browser.post(f"{path}/replay", {"after": "never"})
    assert wrong.status_code == 422
    assert 'value="never"' in wrong.text


def test_whoever_may_not_see_an_event_is_not_shown_it(
    browser: Browser, office: Office, sink: Sink
) -> None:
    path = made(browser, sink, types="*")
    office.tell(uuid7(), "clients.invoice.issued.v1")
    office.dispatch()
    [delivery] = re.findall(rf'href="({path}/deliveries/[^"]+)"', browser.get(path).text)
    key = browser.api.with_permissions(frozenset({WEBHOOKS_MANAGE, CLIENTS_VIEW}))
    hidden: Any = key.call("GET", f"/v1{delivery}").json
    shown: Any = browser.api.owner.call("GET", f"/v1{delivery}").json
    assert (hidden["type"], hidden["event"]) == ("clients.invoice.issued.v1", None)
    assert shown["event"]["type"] == "clients.invoice.issued.v1"


def test_a_receiver_that_fails_is_said_in_words(
    browser: Browser, office: Office, sink: Sink
) -> None:
    path = made(browser, sink)
    sink.decide = lambda _: Reply(503)
    office.tell(uuid7())
    office.dispatch()
    page = browser.get(path).text
    assert "Nothing has arrived since" in page
    assert "Retrying" in page
    assert "1 attempt so far" in page
    browser.become("viewer")
    assert browser.get(path).status_code == 403
    assert 'href="/webhooks"' not in browser.get("/clients").text


def test_a_subscriber_is_seen_paused_resumed_and_told_again(
    browser: Browser, office: Office
) -> None:
    assert "clientele subscribers add" in browser.get("/subscribers").text
    where = Origin(office.workspace_id, Actor("system", None, "test"), "test")
    with office.runtime.unit_of_work(where) as uow:
        managing.add_subscriber(uow, "billing", ["*"], PERMISSIONS, broker_url=None, from_now=False)
    office.tell(uuid7())
    page = browser.get("/subscribers").text
    assert "billing.ingest" in page
    assert "Catching up" in page
    for do, said in (("pause", "Paused"), ("replay", "sent again"), ("resume", "where it stood")):
        assert browser.post("/subscribers/billing", {"do": do}).location == "/subscribers"
        assert said in browser.get("/subscribers").text
    assert browser.post("/subscribers/nobody", {"do": "pause"}).status_code == 404
    again = browser.api.owner.call("POST", "/v1/subscribers/billing/replay", {"after": "nowhere"})
    assert again.status_code in {410, 422}


def test_the_audit_is_narrowed_by_kind_person_and_order(browser: Browser, office: Office) -> None:
    assert "Nothing yet" in browser.get("/workspace/audit").text
    office.tell(None, "clients.session.started.v1")
    office.tell(None, "clients.api_key.created.v1")
    page = browser.get("/workspace/audit").text
    assert "2 entries" in page
    assert page.count('data-label="Who"') == 2
    assert "1 entry" in browser.get("/workspace/audit?kind=key").text
    assert "No entry fits" in browser.get("/workspace/audit?person=Nobody").text
    assert "2 entries" in browser.get("/workspace/audit?person=Jo+Park&order=oldest").text
    wrong = browser.get("/workspace/audit?from=yesterday")
    assert wrong.status_code == 422
    assert 'value="yesterday"' in wrong.text
    browser.become("manager")
    assert browser.get("/workspace/audit").status_code == 403
