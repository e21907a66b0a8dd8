"""Signing in and out, and what a browser can and cannot do with its session."""

from __future__ import annotations

from tests.integration.web.conftest import Browser


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
