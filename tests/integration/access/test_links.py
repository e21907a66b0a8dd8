"""A new password by mail, and invitations: each link once, in its time, and told to nobody."""

from __future__ import annotations

import uuid
from typing import Any

from sqlalchemy import text
from werkzeug.test import TestResponse

from services.clients.access.operations.throttling import PAIR, RESETS_FOR, RESETS_FROM
from services.clients.access.tasks import answer_resets
from services.clients.mail.tasks import send_mail
from tests.fixtures.api import PASSWORD, Api
from tests.fixtures.engines import RunningEngines
from tests.fixtures.mailbox import link_in, mails_to, text_of
from tests.integration.access.test_sessions import log_in, session, stands

NEW = "a brand new sentence"


def anyone(api: Api, method: str, path: str, body: Any = None) -> TestResponse:
    return api.app.test_client().open(path, method=method, json=body)


def token_of(link: str) -> str:
    return link.rpartition("/")[2]


def a_user(api: Api) -> str:
    email = f"{uuid.uuid4().hex}@example.com"
    body = {"email": email, "name": "Jo", "password": PASSWORD, "role": "member"}
    assert api.owner.call("POST", "/v1/users", body).status_code == 201
    return email


def asked(api: Api, engines: RunningEngines, email: str) -> str:
    """The token of the latest link after one more was asked for."""
    answer = anyone(api, "POST", "/v1/auth/password-resets", {"email": email})
    assert answer.status_code == 202
    answer_resets(api.runtime)
    send_mail(api.runtime)
    return token_of(link_in(mails_to(engines.mailbox, email)[-1]))


def choose(api: Api, token: str, password: str = NEW) -> TestResponse:
    return anyone(api, "POST", f"/v1/auth/password-resets/{token}", {"password": password})


def test_a_forgotten_password_is_chosen_anew_by_mail(api: Api, engines: RunningEngines) -> None:
    email = a_user(api)
    before = session(api, email)
    token = asked(api, engines, email)
    assert "Acme Works" in text_of(mails_to(engines.mailbox, email)[0])
    assert choose(api, token, "password123").status_code == 422
    assert choose(api, token).status_code == 204
    assert not stands(before)
    assert (log_in(api, email).status_code, log_in(api, email, NEW).status_code) == (401, 201)
    again: Any = choose(api, token)
    assert (again.status_code, again.json["code"]) == (410, "auth.link_gone")


def test_another_link_replaces_the_one_before_and_time_ends_it(
    api: Api, engines: RunningEngines
) -> None:
    email = a_user(api)
    first, second = asked(api, engines, email), asked(api, engines, email)
    assert choose(api, first).status_code == 410
    with api.runtime.unit_of_work(api.origin()) as uow:
        uow.session.execute(text("UPDATE password_resets SET expires_at = clock_timestamp()"))
    assert choose(api, second).status_code == 410


def test_nothing_tells_whether_an_address_is_a_users(api: Api, engines: RunningEngines) -> None:
    email, nobody = a_user(api), f"{uuid.uuid4().hex}@example.com"
    answers = [
        anyone(api, "POST", "/v1/auth/password-resets", {"email": it}) for it in (email, nobody)
    ]
    assert answers[0].json == answers[1].json
    answer_resets(api.runtime)
    answer_resets(api.runtime)
    send_mail(api.runtime)
    assert len(mails_to(engines.mailbox, email)) == 1
    assert mails_to(engines.mailbox, nobody) == []
    with api.runtime.unit_of_work(api.origin()) as uow:
        assert uow.session.scalar(text("SELECT count(*) FROM reset_requests_due(9)")) == 0


def test_a_disabled_user_gets_no_link(api: Api, engines: RunningEngines) -> None:
    email = a_user(api)
    users: Any = api.owner.call("GET", "/v1/users").json
    jo = next(it["id"] for it in users["data"] if it["email"] == email)
    api.owner.call("PATCH", f"/v1/users/{jo}", {"disabled": True})
    anyone(api, "POST", "/v1/auth/password-resets", {"email": email})
    answer_resets(api.runtime)
    assert send_mail(api.runtime) == 0


def test_nobodys_mailbox_is_filled(api: Api, engines: RunningEngines) -> None:
    email = a_user(api)
    answers = [
        anyone(api, "POST", "/v1/auth/password-resets", {"email": email}).status_code
        for _ in range(RESETS_FROM.burst + 1)
    ]
    assert answers == [202] * RESETS_FROM.burst + [429]
    answer_resets(api.runtime)
    send_mail(api.runtime)
    assert len(mails_to(engines.mailbox, email)) <= RESETS_FOR.burst


def test_who_has_used_up_all_tries_gets_in_by_the_mail(api: Api, engines: RunningEngines) -> None:
    email = a_user(api)
    for _ in range(PAIR.burst):
        assert log_in(api, email, "wrong").status_code == 401
    assert log_in(api, email).status_code == 429
    assert choose(api, asked(api, engines, email)).status_code == 204
    assert log_in(api, email, NEW).status_code == 201


def invited(api: Api, email: str, role: str = "member") -> Any:
    answer: Any = api.owner.call("POST", "/v1/users/invitations", {"email": email, "role": role})
    assert answer.status_code == 201, answer.json
    return answer.json


def latest(api: Api, engines: RunningEngines, email: str) -> str:
    send_mail(api.runtime)
    return token_of(link_in(mails_to(engines.mailbox, email)[-1]))


def accept(api: Api, token: str) -> TestResponse:
    body = {"name": "Jo Park", "password": NEW}
    return anyone(api, "POST", f"/v1/auth/invitations/{token}", body)


def new_address() -> str:
    return f"{uuid.uuid4().hex}@example.com"


def test_someone_who_was_invited_becomes_a_user(api: Api, engines: RunningEngines) -> None:
    email = new_address()
    made = invited(api, email)
    assert made["state"] == "pending"
    token = latest(api, engines, email)
    shown: Any = anyone(api, "GET", f"/v1/auth/invitations/{token}").json
    assert (shown["email"], shown["workspace"], shown["role"]) == (email, "Acme Works", "member")
    weak = anyone(
        api, "POST", f"/v1/auth/invitations/{token}", {"name": "Jo", "password": "password1234"}
    )
    assert weak.status_code == 422
    assert accept(api, token).status_code == 201
    assert accept(api, token).status_code == 410
    assert stands(session(api, email, NEW))
    listed: Any = api.owner.call("GET", "/v1/users/invitations").json
    assert [it["state"] for it in listed["data"]] == ["accepted"]
    [told] = api.events("clients.invitation.accepted.v1")
    assert told["user"]["name"] == "Jo Park"


def test_sending_again_replaces_the_link(api: Api, engines: RunningEngines) -> None:
    email = new_address()
    made = invited(api, email)
    first = latest(api, engines, email)
    path = f"/v1/users/invitations/{made['id']}"
    assert api.owner.call("POST", f"{path}/resend").status_code == 200
    second = latest(api, engines, email)
    assert accept(api, first).status_code == 410
    assert accept(api, second).status_code == 201
    assert api.owner.call("POST", f"{path}/resend").status_code == 409


def test_a_revoked_invitation_and_an_expired_one_are_good_no_longer(
    api: Api, engines: RunningEngines
) -> None:
    emails = [new_address(), new_address()]
    revoked, _ = (invited(api, email) for email in emails)
    tokens = [latest(api, engines, email) for email in emails]
    assert api.owner.call("DELETE", f"/v1/users/invitations/{revoked['id']}").status_code == 204
    with api.runtime.unit_of_work(api.origin()) as uow:
        uow.session.execute(text("UPDATE invitations SET expires_at = clock_timestamp()"))
    for token in tokens:
        assert anyone(api, "GET", f"/v1/auth/invitations/{token}").status_code == 410
        assert accept(api, token).status_code == 410
    listed: Any = api.owner.call("GET", "/v1/users/invitations").json
    assert [it["state"] for it in listed["data"]] == ["expired", "revoked"]


def test_one_invitation_per_address_and_none_for_a_user(api: Api) -> None:
    email = new_address()
    invited(api, email)
    body = {"email": email.upper().replace("EXAMPLE.COM", "example.com"), "role": "viewer"}
    again: Any = api.owner.call("POST", "/v1/users/invitations", body)
    assert (again.status_code, again.json["code"]) == (409, "access.already_invited")
    body = {"email": "owner@example.com", "role": "viewer"}
    known: Any = api.owner.call("POST", "/v1/users/invitations", body)
    assert (known.status_code, known.json["code"]) == (409, "access.email_taken")


def test_nobody_invites_someone_who_may_do_more(api: Api) -> None:
    limited = api.with_permissions(frozenset({"users.manage", "clients.view"}))
    body = {"email": new_address(), "role": "owner"}
    assert limited.call("POST", "/v1/users/invitations", body).status_code == 403


def test_an_invitation_tells_nothing_of_other_workspaces(api: Api, engines: RunningEngines) -> None:
    """Only whoever reads the mail learns that the address is taken."""
    elsewhere = api.other_workspace()
    email = new_address()
    body = {"email": email, "name": "X", "password": PASSWORD, "role": "viewer"}
    assert elsewhere.call("POST", "/v1/users", body).status_code == 201
    invited(api, email)
    answer: Any = accept(api, latest(api, engines, email))
    assert (answer.status_code, answer.json["code"]) == (409, "access.email_taken")
    listed: Any = elsewhere.call("GET", "/v1/users/invitations").json
    assert listed["data"] == []
