"""Mail to clients: to whom, only while nothing stands against it, as it is worded, and kept."""

from __future__ import annotations

import re
import threading
import uuid
from typing import Any

import pytest

from services.clients.correspondence.operations.writing import Letter, write_to_client
from services.clients.correspondence.rules.kinds import DOCUMENT_EXPIRING, PORTAL_INVITATION
from services.clients.mail.tasks import send_mail
from services.clients.records.queries.clients import lock_client
from tests.fixtures.api import Api
from tests.fixtures.engines import RunningEngines
from tests.fixtures.mailbox import mails_to, text_of

EXPIRING = {"document": "Insurance", "expires_on": "31 December 2026"}


@pytest.fixture
def email() -> str:
    return f"{uuid.uuid4().hex}@example.com"


@pytest.fixture
def client_id(api: Api, email: str) -> uuid.UUID:
    body = {"company_name": "Acme Machines", "primary_contact": {"name": "Jo", "email": email}}
    made: Any = api.owner.call("POST", "/v1/clients", body).json
    return uuid.UUID(made["id"])


def write(api: Api, client_id: uuid.UUID, about: str | None = "document/1") -> list[uuid.UUID]:
    with api.runtime.unit_of_work(api.origin()) as uow:
        letter = Letter(DOCUMENT_EXPIRING, EXPIRING, about=about)
        return write_to_client(uow, lock_client(uow, client_id), letter)


def log(api: Api, **query: str) -> list[Any]:
    asked = "&".join(f"{name}={value}" for name, value in query.items())
    answer: Any = api.owner.call("GET", f"/v1/mails?{asked}").json
    found: list[Any] = answer["data"]
    return found


def switch(api: Api, client_id: uuid.UUID, on: bool) -> None:
    body = {"settings": {"email_notifications": on}}
    answer = api.owner.call("PATCH", f"/v1/clients/{client_id}", body, If_Match="*")
    assert answer.status_code == 200, answer.text


def test_it_is_sent_from_the_firm_and_kept_as_it_was_sent(
    api: Api, engines: RunningEngines, client_id: uuid.UUID, email: str
) -> None:
    sender = {"mail_sender": "Acme Works, Office", "mail_reply_to": "office@works.example.com"}
    assert api.owner.call("PATCH", "/v1/workspace", sender, If_Match="*").status_code == 200
    [mail_id] = write(api, client_id)
    assert send_mail(api.runtime) == 1
    [mail] = mails_to(engines.mailbox, email)
    assert mail["From"] == '"Acme Works, Office" <clientele@localhost>'
    assert mail["Reply-To"] == "office@works.example.com"
    assert mail["Subject"] == "Insurance expires on 31 December 2026"
    [kept] = log(api, client_id=str(client_id), state="sent")
    assert (kept["id"], kept["recipient"], kept["subject"]) == (
        str(mail_id),
        email,
        mail["Subject"],
    )
    whole: Any = api.owner.call("GET", f"/v1/mails/{mail_id}").json
    assert whole["text"] == text_of(mail)


def test_of_two_about_the_same_there_is_one(api: Api, client_id: uuid.UUID) -> None:
    threads = [threading.Thread(target=write, args=[api, client_id]) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(log(api, client_id=str(client_id))) == 1
    assert write(api, client_id) == []
    assert len(write(api, client_id, about=None)) == 1


def test_the_switch_is_asked_when_a_mail_is_about_to_leave(
    api: Api, engines: RunningEngines, client_id: uuid.UUID, email: str
) -> None:
    [mail_id] = write(api, client_id)
    switch(api, client_id, on=False)
    send_mail(api.runtime)
    assert mails_to(engines.mailbox, email) == []
    [kept] = log(api, state="withheld")
    assert (kept["id"], "off" in kept["problem"]) == (str(mail_id), True)
    switch(api, client_id, on=True)
    again: Any = api.owner.call("POST", f"/v1/mails/{mail_id}/resend", {})
    assert again.status_code == 201
    send_mail(api.runtime)
    assert len(mails_to(engines.mailbox, email)) == 1


def test_one_click_stops_it_for_this_address_alone(
    api: Api, engines: RunningEngines, client_id: uuid.UUID, email: str
) -> None:
    write(api, client_id)
    send_mail(api.runtime)
    [mail] = mails_to(engines.mailbox, email)
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    link = str(mail["List-Unsubscribe"]).strip("<>")
    assert link in text_of(mail)
    token = link.rpartition("/unsubscribe/")[2]
    stranger = api.app.test_client()
    assert stranger.get(f"/v1/mail-stops/{token}").json == {
        "workspace": "Acme Works",
        "email": email,
        "is_stopped": False,
    }
    for _ in range(2):
        assert stranger.post("/v1/mail-stops", json={"token": token}).json["is_stopped"]
    write(api, client_id, about="document/2")
    send_mail(api.runtime)
    assert len(mails_to(engines.mailbox, email)) == 1
    [withheld] = log(api, state="withheld")
    assert "no more mail" in withheld["problem"]
    stops: Any = api.owner.call("GET", f"/v1/clients/{client_id}/mail-stops").json
    assert [stop["email"] for stop in stops["data"]] == [email]
    path = f"/v1/clients/{client_id}/mail-stops/allow"
    assert api.owner.call("POST", path, {"email": email}).json == {"data": []}
    write(api, client_id, about="document/3")
    send_mail(api.runtime)
    assert len(mails_to(engines.mailbox, email)) == 2


def test_a_link_of_ones_own_making_stops_nothing(api: Api) -> None:
    stranger = api.app.test_client()
    for token in ("x", "A" * 80, uuid.uuid4().hex):
        assert stranger.get(f"/v1/mail-stops/{token}").status_code == 410
        assert stranger.post("/v1/mail-stops", json={"token": token}).status_code == 410


def test_a_secret_link_is_sent_and_never_shown(
    api: Api, engines: RunningEngines, client_id: uuid.UUID, email: str
) -> None:
    words = {"good_until": "4 December 2026, 09:30 (UTC)"}
    letter = Letter(PORTAL_INVITATION, words, page="portal/invitation/cpi_very-secret")
    with api.runtime.unit_of_work(api.origin()) as uow:
        [mail_id] = write_to_client(uow, lock_client(uow, client_id), letter)
    send_mail(api.runtime)
    [mail] = mails_to(engines.mailbox, email)
    assert re.search(r"http://\S+/portal/invitation/cpi_very-secret\s", text_of(mail))
    kept: Any = api.owner.call("GET", f"/v1/mails/{mail_id}").json
    assert "cpi_very-secret" not in kept["text"]
    assert "a link for the recipient alone" in kept["text"]
    assert api.owner.call("POST", f"/v1/mails/{mail_id}/resend", {}).status_code == 409


def test_a_workspace_words_its_mail(
    api: Api, engines: RunningEngines, client_id: uuid.UUID, email: str
) -> None:
    path = "/v1/mail-wordings/document_expiring"
    worded = {"subject": "{document}: {expires_on}", "text": "Dear {contact},\n\n<b>{client}</b>"}
    wrong: Any = api.owner.call("PUT", path, {"subject": "{number}", "text": "{contact} {nobody}"})
    assert wrong.status_code == 422
    assert [error["field"] for error in wrong.json["errors"]] == ["subject", "text"]
    preview: Any = api.owner.call("POST", f"{path}/preview", worded).json
    assert preview["subject"] == "Certificate of insurance: 31 December 2026"
    assert "&lt;b&gt;Acme Machines&lt;/b&gt;" in preview["html"]
    assert api.owner.call("PUT", path, worded).json["is_own"]
    write(api, client_id)
    send_mail(api.runtime)
    [mail] = mails_to(engines.mailbox, email)
    assert mail["Subject"] == "Insurance: 31 December 2026"
    assert text_of(mail).startswith("Dear Jo,\n\n<b>Acme Machines</b>\n")
    assert not api.owner.call("DELETE", path).json["is_own"]


def test_what_came_back_is_kept(api: Api, client_id: uuid.UUID) -> None:
    [mail_id] = write(api, client_id)
    body = {"reason": "550 5.1.1 mailbox unknown"}
    assert api.owner.call("POST", f"/v1/mails/{mail_id}/bounce", body).status_code == 409
    send_mail(api.runtime)
    bounced: Any = api.owner.call("POST", f"/v1/mails/{mail_id}/bounce", body).json
    assert (bounced["state"], bounced["problem"]) == ("bounced", body["reason"])


def test_mail_to_users_is_shown_to_who_manages_them_alone(api: Api, client_id: uuid.UUID) -> None:
    body = {"email": f"{uuid.uuid4().hex}@example.com", "role": "member"}
    assert api.owner.call("POST", "/v1/users/invitations", body).status_code == 201
    write(api, client_id)
    assert {mail["kind"] for mail in log(api)} == {"invitation", "document_expiring"}
    seen: Any = api.with_role("member").call("GET", "/v1/mails").json
    assert {mail["kind"] for mail in seen["data"]} == {"document_expiring"}


def test_nothing_is_written_to_a_client_that_is_gone(
    api: Api, engines: RunningEngines, client_id: uuid.UUID, email: str
) -> None:
    write(api, client_id)
    confirm: Any = api.owner.call("GET", f"/v1/clients/{client_id}/deletion-plan").json
    gone = api.owner.call("DELETE", f"/v1/clients/{client_id}?confirm={confirm['confirm']}")
    assert gone.status_code == 202, gone.text
    send_mail(api.runtime)
    assert mails_to(engines.mailbox, email) == []
    assert log(api) == []


def test_mail_of_a_kind_is_for_who_may_view_what_it_tells_of(
    api: Api, client_id: uuid.UUID
) -> None:
    [mail_id] = write(api, client_id)
    send_mail(api.runtime)
    sees = api.with_permissions(frozenset({"mails.view", "mails.send", "documents.view"}))
    other = api.with_permissions(frozenset({"mails.view", "mails.send", "invoices.view"}))
    assert sees.call("GET", f"/v1/mails/{mail_id}").status_code == 200
    listed: Any = other.call("GET", "/v1/mails").json
    assert listed["data"] == []
    assert other.call("GET", f"/v1/mails/{mail_id}").status_code == 404
    for act, body in (("resend", None), ("bounce", {"reason": "gone"})):
        answer = other.call("POST", f"/v1/mails/{mail_id}/{act}", body)
        assert answer.status_code == 404, act
