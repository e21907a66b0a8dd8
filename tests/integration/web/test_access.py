"""Signing in with all that belongs to it, in a browser without a script."""

from __future__ import annotations

import re
import uuid
from typing import Any

import pyotp
from sqlalchemy import text

from services.clients.access.operations import authentication
from services.clients.access.tasks import answer_resets
from services.clients.mail.tasks import send_mail
from tests.fixtures.api import PASSWORD
from tests.fixtures.engines import RunningEngines
from tests.fixtures.mailbox import link_in, mails_to
from tests.integration.web.conftest import Browser

OWNER = "owner@example.com"
NEW = "a brand new sentence"


def path_of(link: str) -> str:
    return "/" + link.partition("//")[2].partition("/")[2]


def mailed(browser: Browser, engines: RunningEngines, email: str) -> str:
    send_mail(browser.api.runtime)
    return path_of(link_in(mails_to(engines.mailbox, email)[-1]))


def wrong(browser: Browser, password: str = "wrong") -> Any:
    browser.get("/sign-in")
    return browser.post("/sign-in", {"email": OWNER, "password": password})


def test_the_api_sees_the_browser_and_not_the_web_process(browser: Browser) -> None:
    browser.post("/sign-out")
    browser.get("/sign-in")
    firefox = "Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101 Firefox/140.0"
    browser.post("/sign-in", {"email": OWNER, "password": PASSWORD}, User_Agent=firefox)
    page = browser.get("/account").text
    assert "Firefox on Linux" in page
    assert "127.0.0.1" in page


def test_signing_out_ends_the_session_at_the_api_too(browser: Browser) -> None:
    cookie = browser.http.get_cookie("clientele-8080")
    assert cookie is not None
    browser.post("/sign-out")
    browser.http.set_cookie("clientele-8080", cookie.value)
    authentication.forget()
    assert browser.get("/clients").status_code == 303


def test_whoever_tries_too_often_is_told_how_long_to_wait(stranger: Browser) -> None:
    for _ in range(10):
        assert "Check the email and password" in wrong(stranger).text
    answer = wrong(stranger, PASSWORD)
    assert answer.status_code == 422
    assert re.search(r"Too many tries\. Try again in \d+ seconds?\.", answer.text)
    assert f'value="{OWNER}"' in answer.text


def test_a_second_factor_is_set_up_asked_for_and_given_up(browser: Browser) -> None:
    browser.get("/account")
    refused = browser.post("/account/second-factor", {"password": "wrong"})
    assert "The present password is wrong." in refused.text
    page = browser.post("/account/second-factor", {"password": PASSWORD}).text
    assert "<svg" in page
    [secret] = re.findall(r"<code>(\w+)</code>", page)
    [uri] = re.findall(r'name="uri" value="([^"]+)"', page)
    hidden = {"secret": secret, "uri": uri.replace("&amp;", "&")}
    again = browser.post("/account/second-factor/confirm", {**hidden, "code": "000000"})
    assert "The code is wrong." in again.text
    totp = pyotp.TOTP(secret)
    codes = browser.post("/account/second-factor/confirm", {**hidden, "code": totp.now()}).text
    recovery = re.findall(r"<code>(\w{5}-\w{5})</code>", codes)
    assert len(recovery) == 10
    browser.post("/sign-out")
    step = wrong(browser, PASSWORD)
    assert "One more step" in step.text
    assert 'autocomplete="one-time-code"' in step.text
    values = {"email": OWNER, "password": PASSWORD}
    assert browser.post("/sign-in", {**values, "code": recovery[0]}).status_code == 303
    assert "9 recovery codes are left." in browser.get("/account").text
    browser.post("/account/second-factor/disable", {"password": PASSWORD})
    assert "Set up a second factor" in browser.get("/account").text


def test_a_password_is_changed_and_the_session_goes_on(browser: Browser) -> None:
    browser.get("/account")
    weak = browser.post("/account/password", {"password": PASSWORD, "new_password": "password1234"})
    assert weak.status_code == 422
    assert "common password" in weak.text
    values = {"password": PASSWORD, "new_password": NEW}
    assert browser.post("/account/password", values).status_code == 303
    assert "Your password is changed" in browser.get("/account").text
    browser.post("/sign-out")
    assert wrong(browser, PASSWORD).status_code == 422
    assert wrong(browser, NEW).status_code == 303


def test_other_sessions_are_seen_and_ended(browser: Browser) -> None:
    body = {"email": OWNER, "password": PASSWORD}
    made: Any = browser.api.app.test_client().post("/v1/auth/sessions", json=body).json
    page = browser.get("/account").text
    [path] = re.findall(r'action="(/account/sessions/[^"]+/end)"', page)
    browser.post(path)
    assert "Signed out there." in browser.get("/account").text
    authentication.forget()
    headers = {"Authorization": f"Bearer {made['token']}"}
    assert browser.api.app.test_client().get("/v1/me", headers=headers).status_code == 401


def test_a_forgotten_password_is_chosen_anew(stranger: Browser, engines: RunningEngines) -> None:
    email = f"{uuid.uuid4().hex}@example.com"
    with stranger.api.runtime.unit_of_work(stranger.api.origin()) as uow:
        uow.session.execute(
            text("UPDATE users SET email = :email, email_key = :email"), {"email": email}
        )
    stranger.get("/forgotten-password")
    for address in (email, f"{uuid.uuid4().hex}@example.com"):
        said = stranger.post("/forgotten-password", {"email": address})
        assert "Look into your mailbox" in said.text
    answer_resets(stranger.api.runtime)
    path = mailed(stranger, engines, email)
    stranger.get(path)
    assert stranger.post(path, {"password": "password1234"}).status_code == 422
    assert stranger.post(path, {"password": NEW}).location == "/sign-in"
    assert "Your password is changed" in stranger.get("/sign-in").text
    assert stranger.post("/sign-in", {"email": email, "password": NEW}).status_code == 303
    stranger.get(path)
    assert stranger.post(path, {"password": NEW}).status_code == 410


def test_someone_is_invited_and_joins(browser: Browser, engines: RunningEngines) -> None:
    email = f"{uuid.uuid4().hex}@example.com"
    browser.get("/workspace/people")
    values = {"email": email, "role": "member"}
    assert browser.post("/workspace/people/invitations", values).status_code == 303
    assert f"on its way to {email}" in browser.get("/workspace/people").text
    twice = browser.post("/workspace/people/invitations", values)
    assert twice.status_code == 422
    assert f'value="{email}"' in twice.text
    path = mailed(browser, engines, email)
    browser.post("/sign-out")
    page = browser.get(path).text
    assert "Join Acme Works" in page
    assert email in page
    weak = browser.post(path, {"name": "Jo Park", "password": "password1234"})
    assert 'value="Jo Park"' in weak.text
    assert browser.post(path, {"name": "Jo Park", "password": NEW}).location == "/sign-in"
    browser.sign_in(email, NEW)
    assert "Jo Park" in browser.get("/clients").text
    assert browser.get("/workspace/people").status_code == 403
    assert "no longer good" in browser.get(path).text


def test_people_are_disabled_and_given_roles_and_the_last_owner_stays(browser: Browser) -> None:
    browser.api.with_role("viewer")
    page = browser.get("/workspace/people").text
    owner, viewer = re.findall(r'action="(/workspace/people/[0-9a-f-]{36})"', page)[::2]
    kept = browser.post(owner, {"disabled": "yes"})
    assert kept.status_code == 422
    assert "The last owner stays one." in kept.text
    browser.post(viewer, {"role": "manager"})
    browser.post(viewer, {"disabled": "yes"})
    page = browser.get("/workspace/people").text
    assert '<option value="manager" selected>' in page
    assert "Disabled" in page
