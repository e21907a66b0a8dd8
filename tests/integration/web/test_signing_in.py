"""Signing in and out, and what a browser can and cannot do with its session."""

from __future__ import annotations

import json
import re
from html import unescape

from werkzeug.test import TestResponse

from services.clients.access.operations import authentication
from shared.settings import load
from tests.fixtures.api import PASSWORD, Caller
from tests.integration.web.conftest import Browser
from web.app import create_app
from web.settings import WebSettings


def test_whoever_is_not_signed_in_is_led_to_the_form_and_back(stranger: Browser) -> None:
    led = stranger.get("/clients?q=acme")
    assert led.status_code == 303
    assert led.location == "/sign-in?next=/clients?q%3Dacme"
    stranger.get(led.location)
    values = {"email": "owner@example.com", "password": "correct horse battery"}
    answer = stranger.post("/sign-in", {**values, "next": "/clients?q=acme"})
    assert (answer.status_code, answer.location) == (303, "/clients?q=acme")


def test_a_wrong_password_keeps_the_email_and_says_so(stranger: Browser) -> None:
    stranger.get("/sign-in")
    answer = stranger.post("/sign-in", {"email": "owner@example.com", "password": "wrong"})
    assert answer.status_code == 422
    assert 'value="owner@example.com"' in answer.text
    assert "That did not work" in answer.text
    assert stranger.get("/clients").status_code == 303


def test_nobody_is_led_away_from_the_site(stranger: Browser) -> None:
    for elsewhere in ("https://evil.example", "//evil.example", "/\\evil.example", ""):
        stranger.get("/sign-in")
        values = {"email": "owner@example.com", "password": "correct horse battery"}
        answer = stranger.post("/sign-in", {**values, "next": elsewhere})
        assert answer.location == "/", elsewhere


def test_signing_out_ends_it(browser: Browser) -> None:
    assert browser.get("/clients").status_code == 200
    assert browser.post("/sign-out").location == "/sign-in"
    assert browser.get("/clients").status_code == 303
    assert "You are signed out." in browser.get("/sign-in").text


def test_the_cookie_is_sealed_and_out_of_reach_of_scripts(stranger: Browser) -> None:
    stranger.get("/sign-in")
    values = {"email": "owner@example.com", "password": "correct horse battery"}
    before = stranger.http.get_cookie("clientele-8080")
    answer = stranger.post("/sign-in", values)
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "cas_" not in cookie
    after = stranger.http.get_cookie("clientele-8080")
    assert before is not None
    assert after is not None
    assert before.value != after.value
    stranger.http.set_cookie("clientele-8080", after.value[:-8] + "AAAAAAA=")
    assert stranger.get("/clients").status_code == 303


def test_a_form_of_another_session_or_site_is_refused(browser: Browser) -> None:
    client = browser.client()
    path = f"/clients/{client['id']}/status"
    mine, browser.token = browser.token, ""
    assert browser.post(path, {"status": "inactive"}).status_code == 400
    browser.token = mine[:-4] + "AAA="
    assert browser.post(path, {"status": "inactive"}).status_code == 400
    browser.token = mine
    crossing = browser.post(path, {"status": "inactive"}, Sec_Fetch_Site="cross-site")
    assert crossing.status_code == 400
    assert "That was not carried out" in crossing.text
    assert browser.post(path, {"status": "inactive"}).status_code == 303


SAME = {"Sec_Fetch_Site": "same-origin"}


def _end_sessions(browser: Browser) -> None:
    """Somewhere else, the owner ends all other sessions, and nobody remembers them."""
    token = browser.api.sign_in("owner@example.com").token
    ended = Caller(browser.api.app.test_client(), token).call("DELETE", "/v1/me/sessions")
    assert ended.status_code < 300
    authentication.forget()


def _kept(page: TestResponse) -> dict[str, str]:
    """The hidden fields of a page's form, as they would be sent."""
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page.text)
    return {name: unescape(value) for name, value in found}


def test_a_form_that_comes_after_the_session_has_ended_is_kept(browser: Browser) -> None:
    client = browser.client()
    path = f"/clients/{client['id']}/status"
    _end_sessions(browser)
    late = browser.post(path, {"status": "inactive", "reason": "a “long” <text>"}, **SAME)
    assert late.status_code == 401
    assert "What you typed is kept" in late.text
    wrong = browser.post("/sign-in", {**_kept(late), "email": "owner@example.com", "password": "x"})
    assert wrong.status_code == 422
    again = {**_kept(wrong), "email": "owner@example.com", "password": PASSWORD}
    back = browser.post("/sign-in", again)
    assert "Your form is still here" in back.text
    assert f'action="{path}"' in back.text
    kept = _kept(back)
    assert kept["reason"] == "a “long” <text>"
    assert browser.post(path, kept).status_code == 303
    assert browser.api.owner.call("GET", f"/v1/clients/{client['id']}").json["status"] == "inactive"


def test_a_form_made_before_signing_in_again_is_kept_too(browser: Browser) -> None:
    client = browser.client()
    path = f"/clients/{client['id']}/status"
    old = browser.token
    browser.post("/sign-out")
    browser.token = old
    assert browser.post(path, {"status": "inactive"}, **SAME).status_code == 401
    browser.sign_in()
    browser.token = old
    answer = browser.post(path, {"status": "inactive"}, **SAME)
    assert answer.status_code == 400
    assert browser.post(path, _kept(answer)).status_code == 303


def test_an_open_page_is_given_a_dialog_and_a_new_proof(browser: Browser) -> None:
    _end_sessions(browser)
    asked = browser.get("/clients", HX_Request="true")
    assert asked.status_code == 401
    assert "<dialog" in asked.text
    values = {"email": "owner@example.com", "password": "wrong"}
    assert "<dialog" in browser.post("/sign-in", values, HX_Request="true").text
    let_in = browser.post("/sign-in", {**values, "password": PASSWORD}, HX_Request="true")
    assert let_in.status_code == 204
    browser.token = let_in.headers["X-Form-Token"]
    assert browser.post("/sign-out").location == "/sign-in"


def test_a_kept_form_leads_nowhere_else(stranger: Browser) -> None:
    stranger.get("/sign-in")
    values = {"email": "owner@example.com", "password": PASSWORD}
    for path in ("//evil.example", "https://evil.example", "/\\evil.example"):
        kept = json.dumps({"path": path, "fields": []})
        stranger.get("/sign-in")
        assert stranger.post("/sign-in", {**values, "kept": kept}).status_code == 303


def test_nothing_of_before_is_worth_anything_after_signing_in(stranger: Browser) -> None:
    stranger.get("/sign-in")
    before = stranger.token
    stranger.sign_in()
    stranger.token = before
    assert stranger.post("/sign-out").status_code == 400


def test_over_tls_the_cookie_is_of_this_host_alone() -> None:
    settings = load(
        WebSettings, {"CLIENTELE_SECRET": "x" * 32, "CLIENTELE_WEB_URL": "https://clients.example"}
    )
    answer = create_app(settings).test_client().get("/sign-in")
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("__Host-")
    for attribute in ("Secure", "HttpOnly", "Path=/", "SameSite=Lax"):
        assert attribute in cookie
    assert "Domain" not in cookie


def test_every_answer_says_what_it_may_do(browser: Browser) -> None:
    for path in ("/sign-in", "/clients", "/nowhere", "/static/nothing.css"):
        answer = browser.get(path)
        policy = answer.headers["Content-Security-Policy"]
        assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'")
        assert "unsafe" not in policy
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "HX-Request" in answer.headers["Vary"]
        assert answer.headers["Cache-Control"] == "no-store"


def test_colours_are_chosen_on_the_server(browser: Browser) -> None:
    assert "data-theme" not in browser.get("/clients").text
    assert browser.post("/theme", {"theme": "dark", "next": "/clients?"}).location == "/clients"
    assert '<html lang="en" data-theme="dark">' in browser.get("/clients").text
    browser.post("/theme", {"theme": "red"})
    assert 'data-theme="dark"' in browser.get("/clients").text
