"""The link at the end of a mail, opened by a person and clicked by a mail program."""

from __future__ import annotations

import uuid

from services.clients.correspondence.operations.stopping import stop_path
from tests.integration.web.conftest import Browser


def link_of(browser: Browser) -> str:
    client = browser.client()
    api = browser.api
    where = (api.founded.workspace_id, uuid.UUID(client["id"]), "jo@acme.example.com")
    return "/" + stop_path(api.runtime.vault, *where)


def test_opening_it_asks_and_the_button_ends_it(stranger: Browser) -> None:
    link = link_of(stranger)
    for _ in range(2):
        page = stranger.get(link)
        assert page.status_code == 200
        assert (
            "Acme Works sends invoices, reminders and reports to jo@acme.example.com" in page.text
        )
    assert "No more mail" in stranger.post(link).text
    assert "writes no more to jo@acme.example.com" in stranger.get(link).text


def test_one_click_of_a_mail_program_needs_no_session(stranger: Browser) -> None:
    link = link_of(stranger)
    answer = stranger.http.post(link, data={"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200
    assert "writes no more" in stranger.get(link).text


def test_a_link_of_ones_own_making_is_not_good(stranger: Browser) -> None:
    assert stranger.get("/unsubscribe/AAAA").status_code == 410
    assert stranger.http.post("/unsubscribe/AAAA").status_code == 410
