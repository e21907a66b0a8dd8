"""What a caller has already is not sent again, and what is long is compressed for who takes it."""

from __future__ import annotations

import gzip

import orjson

from shared.http.shortening import LEAST_BYTES
from tests.factories.clients import client_body
from tests.fixtures.api import Api


def test_a_get_is_answered_304_while_nothing_has_changed(api: Api) -> None:
    made = api.owner.call("POST", "/v1/clients", client_body())
    path, etag = made.headers["Location"], made.headers["ETag"]
    again = api.owner.call("GET", path, If_None_Match=etag)
    assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", etag)
    assert api.owner.call("GET", path, If_None_Match="*").status_code == 304
    changed = api.owner.call("PATCH", path, {"website": "https://a.example.com"}, If_Match=etag)
    assert changed.status_code == 200, changed.text
    told = api.owner.call("GET", path, If_None_Match=etag)
    assert (told.status_code, told.headers["ETag"]) == (200, changed.headers["ETag"])


def test_a_long_answer_is_compressed_where_that_is_accepted(api: Api) -> None:
    plain = api.owner.call("GET", "/openapi.json")
    short = api.owner.call("GET", "/openapi.json", Accept_Encoding="br, gzip;q=0.8")
    assert len(plain.data) > 5 * len(short.data) > LEAST_BYTES
    assert "Content-Encoding" not in plain.headers
    assert short.headers["Content-Encoding"] == "gzip"
    assert short.headers["Content-Length"] == str(len(short.data))
    assert gzip.decompress(short.data) == plain.data
    assert {answer.headers["Vary"] for answer in (plain, short)} == {"Accept-Encoding"}
    for refused in ("identity", "gzip;q=0", "br"):
        answer = api.owner.call("GET", "/openapi.json", Accept_Encoding=refused)
        assert answer.data == plain.data
    little = api.owner.call("GET", "/v1/clients", Accept_Encoding="gzip")
    assert orjson.loads(little.data)["data"] == []


def test_nobody_is_led_to_an_address_made_of_a_foreign_host(api: Api) -> None:
    for path in ("//v1//me", "/v1//me", "/v1/me/", "//evil.example.com/v1/me", "/docs//start.js"):
        answer = api.app.test_client().get(path, headers={"Host": "evil.example.com"})
        assert answer.status_code in {401, 404}, path
        assert "Location" not in answer.headers


def test_no_page_of_the_documentation_can_be_framed(api: Api) -> None:
    for path in ("/docs", "/docs/index.html", "/docs/oauth2-redirect.html", "/docs/none.html"):
        answer = api.app.test_client().get(path)
        assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"], path
        assert answer.headers["X-Frame-Options"] == "DENY", path
