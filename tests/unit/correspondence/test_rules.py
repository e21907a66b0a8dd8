"""Wordings and recipients, by themselves."""

from __future__ import annotations

import pytest

from services.clients.correspondence.rules.kinds import KINDS
from services.clients.correspondence.rules.recipients import Recipient, recipients
from services.clients.correspondence.rules.wording import fill, unknown_words

PRIMARY = Recipient("jo@acme.example.com", "Jo Park")


def contact(email: str | None, *roles: str) -> dict[str, object]:
    return {"name": "Ana", "email": email, "roles": list(roles)}


@pytest.mark.parametrize("name", KINDS)
def test_what_a_kind_says_by_itself_names_only_words_that_it_has(name: str) -> None:
    kind = KINDS[name]
    assert not [*unknown_words("text", kind.subject + kind.text, kind.words)]
    assert "{" not in fill(kind.text, kind.words)


def test_a_word_never_opens_a_place_of_its_own() -> None:
    assert fill("Hello {contact}", {"contact": "{number} {x.__class__}"}) == (
        "Hello {number} {x.__class__}"
    )


def test_every_unknown_word_is_named_once() -> None:
    wrong = [*unknown_words("text", "{nobody} {contact} {nobody} {} {a.b}", {"contact": "Jo"})]
    assert [error.message.split(" here")[0] for error in wrong] == [
        "There is no {nobody}",
        "There is no {}",
        "There is no {a.b}",
    ]


def test_the_role_decides_and_each_mailbox_once() -> None:
    contacts = [
        contact("ana@acme.example.com", "invoices"),
        contact("ANA@acme.example.com", "invoices"),
        contact("bo@acme.example.com", "reports"),
        contact(None, "invoices"),
    ]
    found = recipients(PRIMARY, contacts, "invoices")
    assert [each.email for each in found] == ["ana@acme.example.com"]


def test_the_primary_contact_where_no_one_is_named() -> None:
    assert recipients(PRIMARY, [contact("bo@acme.example.com", "reports")], "invoices") == [PRIMARY]
    assert recipients(PRIMARY, [contact("bo@acme.example.com", "reports")], None) == [PRIMARY]
