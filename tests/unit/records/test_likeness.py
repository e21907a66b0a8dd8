"""Two spellings of one company come out the same; what many share makes no key."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.clients.records.rules import codes
from services.clients.records.rules.likeness import email_domain, name_key, website_host

WORDS = st.lists(
    st.sampled_from(["Acme", "Łódź", "Müller", "São", "任天堂", "Ромашка", "شركة", "Δέλτα", "3M"]),
    min_size=1,
    max_size=4,
)
PUBLIC_HOSTS = """
    bk.ru docomo.ne.jp softbank.ne.jp nifty.com ukr.net ya.ru bell.net freemail.hu t-online.hu op.pl
    azet.sk post.cz hispeed.ch aon.at xs4all.nl eircom.net mweb.co.za walla.co.il nate.com tuta.io
    globo.com ezweb.ne.jp wanadoo.es rambler.ru
"""
FORMS = ["", " Inc.", ", LLC", " Ltd", " GmbH & Co. KG", " S.A.", " Company", " Oy", " Pty. Ltd."]


@given(WORDS, st.sampled_from(FORMS), st.sampled_from(FORMS))
def test_capitals_accents_punctuation_and_legal_form_do_not_count(
    words: list[str], one: str, other: str
) -> None:
    plain, loud = " ".join(words) + one, "The " + "-".join(words).upper() + "!" + other
    assert name_key(plain) == name_key(loud)


@given(st.text(max_size=200))
def test_the_key_of_a_key_is_itself_unless_it_was_cut(name: str) -> None:
    key = name_key(name)
    assert len(key) == 200 or name_key(key) == key


@given(st.text(st.characters(categories=["Lu", "Ll", "Lo"]), min_size=1, max_size=200))
def test_a_name_in_any_script_has_a_key(name: str) -> None:
    assert name_key(name)


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("Acme, Inc.", "acme"),
        ("ACME GmbH & Co. KG", "acme"),
        ("Smith & Sons", "smith sons"),
        ("Smith and Sons Ltd.", "smith sons"),
        ("Société Générale S.A.", "societe generale"),
        ("Ørsted A/S", "orsted a s"),
        ("Co.", "co"),
        ("The And", "the and"),
        ("!!!", "!!!"),
    ],
)
def test_names(name: str, key: str) -> None:
    assert name_key(name) == key


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("パリ商事", "バリ商事"),
        ("C++ Experts", "C Experts"),
        ("C# Experts", "C Experts"),
        ("Studio 3.5", "Studio 35"),
        ("🚀 Labs", "🎯 Labs"),
        ("भारत", "भरत"),
    ],
)
def test_names_that_a_reader_tells_apart_are_not_alike(one: str, other: str) -> None:
    assert name_key(one) != name_key(other)


def test_names_that_differ_in_a_word_are_not_alike() -> None:
    assert name_key("Acme Machines") != name_key("Acme Motors")
    assert name_key("Acme 1") != name_key("Acme 2")


@pytest.mark.parametrize(
    ("website", "host"),
    [
        (None, None),
        ("https://www.Acme.com/about?x=1", "acme.com"),
        ("http://acme.com:8080", "acme.com"),
        ("https://acme.example.com", "acme.example.com"),
        ("https://example.com/acme", None),
        ("https://www.example.org", None),
        ("https://acme.test", None),
        ("https://bücher.de", "xn--bcher-kva.de"),
        ("https://xn--bcher-kva.de", "xn--bcher-kva.de"),
        ("https://facebook.com/acme", None),
        ("https://uk.linkedin.com/company/a", None),
        ("https://de-de.facebook.com/a", None),
        ("https://maps.app.goo.gl/a", None),
        ("https://g.page/a", None),
        ("https://www.google.co.uk/maps/a", None),
        ("https://github.io", None),
        ("https://acme.github.io", "acme.github.io"),
        ("https://acme.co.uk", "acme.co.uk"),
        ("https://straße.acme.de", "xn--strae-oqa.acme.de"),
        ("https://strasse.acme.de", "strasse.acme.de"),
        ("https://www.linkedin.com/company/acme", None),
        ("https://acme.wordpress.com", "acme.wordpress.com"),
        ("https://gmail.com", None),
        ("http://192.168.0.1", None),
        ("http://[::1]/", None),
        ("http://intranet", None),
    ],
)
def test_hosts(website: str | None, host: str | None) -> None:
    assert website_host(website) == host


@pytest.mark.parametrize(
    ("address", "domain"),
    [
        ("jo@Acme.com", "acme.com"),
        ("jo@acme.example.com", "acme.example.com"),
        ("jo@example.com", None),
        ("jo@gmail.com", None),
        ("jo@yahoo.co.uk", None),
        ("jo@hotmail.fr", None),
        ("jo@t-online.de", None),
        ("x7k2@privaterelay.appleid.com", None),
        ("jo.shop@mozmail.com", None),
        ("jo@guerrillamail.com", None),
        ("jo@mail.acme.com", "mail.acme.com"),
        ("jo@bücher.de", "xn--bcher-kva.de"),
        *((f"jo@{host}", None) for host in PUBLIC_HOSTS.split()),
    ],
)
def test_domains(address: str, domain: str | None) -> None:
    assert email_domain(address) == domain


@pytest.mark.parametrize(
    "name",
    [
        "Acme",
        "Acme Kft.",
        "The Acme Pty. Ltd.",
        "ACME s.r.o.",
        "Acme d.o.o.",
        "Acme Private Limited",
    ],
)
def test_a_code_and_a_duplicate_agree_on_what_is_a_legal_form(name: str) -> None:
    assert name_key(name) == "acme"
    assert next(iter(codes.suggestions(name.replace(".", "")))) == "ACM"


def test_letters_that_may_be_a_country_tell_apart() -> None:
    assert name_key("Acme NL") != name_key("Acme")
