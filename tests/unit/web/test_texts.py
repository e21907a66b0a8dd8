"""Texts and formats, in English and in a language that is added."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask, g

from web.shell import formats, texts

GERMAN = """msgid ""
msgstr ""
"Content-Type: text/plain; charset=utf-8\\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"

msgid "Clients"
msgstr "Mandanten"

msgid "%(num)s client"
msgid_plural "%(num)s clients"
msgstr[0] "%(num)s Mandant"
msgstr[1] "%(num)s Mandanten"
"""


@pytest.fixture
def app(tmp_path: Path) -> Flask:
    app = Flask("texts")
    (tmp_path / "de.po").write_text(GERMAN)
    app.extensions["clientele.web.texts"] = texts.read_catalogues(tmp_path)
    return app


@pytest.fixture
def english(app: Flask) -> Iterator[None]:
    with app.test_request_context(headers={"Accept-Language": "fr, en;q=0.5"}):
        g.zone = formats.ZoneInfo("America/Chicago")
        yield


def test_a_catalogue_that_is_added_is_used_for_those_who_ask_for_it(app: Flask) -> None:
    with app.test_request_context(headers={"Accept-Language": "de-AT, en;q=0.5"}):
        assert texts.gettext("Clients") == "Mandanten"
        assert texts.ngettext("%(num)s client", "%(num)s clients", 1) == "1 Mandant"
        assert texts.ngettext("%(num)s client", "%(num)s clients", 3) == "3 Mandanten"
        assert texts.ngettext("%(num)s client", "%(num)s clients", 1234) == "1.234 Mandanten"
        assert texts.gettext("Not translated") == "Not translated"
        assert formats.money("14220.5", "USD") == "14.220,50\xa0$"


@pytest.mark.usefixtures("english")
def test_money_and_numbers() -> None:
    assert formats.money("14220", "USD") == "$14,220.00"
    assert formats.money("-6000.00", "USD") == "−$6,000.00"
    assert formats.money("1200", "JPY") == "¥1,200"
    assert formats.money(None, "USD") == "—"
    assert formats.number(1248) == "1,248"
    assert formats.amount("9600") == "9,600.00"
    assert formats.size(625) == "625 bytes"
    assert formats.size(1_400_000) == "1.4 MB"
    assert formats.size(231_000_000) == "231 MB"


@pytest.mark.usefixtures("english")
def test_days_and_moments_are_those_of_the_workspace() -> None:
    assert formats.day("2026-11-23") == "23 November 2026"
    assert formats.short("2026-11-24T03:15:00Z") == "23 Nov 2026"
    assert formats.clock("2026-11-24T03:15:00Z") == "21:15"
    assert formats.moment("2026-11-24T03:15:00Z") == "23 November 2026, 21:15"
    assert formats.day(None) == "—"


@pytest.mark.usefixtures("english")
def test_what_is_long_ago_is_a_date_with_the_moment_behind_it() -> None:
    text = formats.ago("2020-01-02T12:00:00Z")
    assert text == (
        '<time datetime="2020-01-02T12:00:00Z" title="2 January 2020, 06:00">2 Jan 2020</time>'
    )


@pytest.mark.usefixtures("english")
def test_people_and_places_in_short() -> None:
    assert formats.initials("Maya Okafor") == "MO"
    assert formats.initials("Jo") == "J"
    assert formats.initials(None) == "?"
    assert formats.host("https://www.aosmith.com/") == "aosmith.com"
    assert formats.phone("+16515550100") == "+1 651-555-0100"
