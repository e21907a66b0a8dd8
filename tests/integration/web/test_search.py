"""One search over everything."""

from __future__ import annotations

from tests.integration.web.conftest import Browser


def test_everything_is_found_by_the_beginnings_of_words(browser: Browser) -> None:
    client = browser.client()
    project = {"name": "Acoustic survey", "status": "active"}
    browser.api.owner.call("POST", f"/v1/clients/{client['id']}/projects", project)
    page = browser.get("/search?q=ac").text
    assert f'href="/clients/{client["id"]}"' in page
    assert "Acoustic survey" in page
    # The services of documents are away in these tests: that part says so, the rest is shown.
    assert "Documents could not be searched right now." in page
    assert "Nothing matches" in browser.get("/search?q=zzzz").text
    assert "What are you looking for?" in browser.get("/search").text


def test_htmx_gets_only_what_was_found(browser: Browser) -> None:
    piece = browser.get("/search?q=zzzz", HX_Request="true").text
    assert piece.lstrip().startswith('<div class="stack" id="results">')


def test_what_somebody_looks_for_stays_text(browser: Browser) -> None:
    assert "<script>alert" not in browser.get("/search?q=<script>alert(1)</script>").text
