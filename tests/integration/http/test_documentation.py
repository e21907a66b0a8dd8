"""`/docs`: readable without a token and without another server."""

from __future__ import annotations

import re

from flask.testing import FlaskClient

from shared.messaging.asyncapi import asyncapi_document
from tests.fixtures.api import Api

_NAMED = re.compile(r'(?:src|href)="([^"]+)"')
_INLINE = re.compile(r"<script(?![^>]*src=)|\son\w+=|javascript:")


def _http(api: Api) -> FlaskClient:
    return api.app.test_client()


def test_the_page_and_everything_it_names_is_served_from_here(api: Api) -> None:
    http = _http(api)
    page = http.get("/docs")
    assert (page.status_code, page.mimetype) == (200, "text/html")
    named = _NAMED.findall(page.text)
    assert {"/docs/swagger-ui-bundle.js", "/docs/start.js", "/docs/swagger-ui.css"} <= set(named)
    for path in named:
        assert http.get(path).status_code == 200, path


def test_the_page_has_no_inline_script_and_its_policy_allows_none(api: Api) -> None:
    page = _http(api).get("/docs")
    assert not _INLINE.search(page.text)
    policy = page.headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "script-src" not in policy, "scripts fall back to what is our own"


def test_what_starts_it_reads_our_document(api: Api) -> None:
    http = _http(api)
    start = http.get("/docs/start.js").text
    assert '"/openapi.json"' in start
    assert "validatorUrl: null" in start, "nobody else is asked"
    assert http.get("/openapi.json").status_code == 200


def test_what_is_told_of_events_is_described_to_everyone(api: Api) -> None:
    answer = _http(api).get("/asyncapi.json")
    assert (answer.status_code, answer.mimetype) == (200, "application/json")
    assert answer.json == asyncapi_document()


def test_nothing_else_of_the_machine_is_served(api: Api) -> None:
    http = _http(api)
    for path in ("/docs/..%2f__init__.py", "/docs/../../pyproject.toml", "/docs/nothing.js"):
        answer = http.get(path)
        assert answer.status_code == 404, path
        assert answer.mimetype == "application/problem+json"
