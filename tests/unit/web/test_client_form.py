"""How forms are read, and that what they offer is what the API takes."""

from __future__ import annotations

import pytest
from werkzeug.datastructures import MultiDict

from services.clients.records.rules import choices
from services.clients.values.addresses import COUNTRIES
from shared.settings import load
from web.app import create_app
from web.client_form import changes, conflicts
from web.client_form.steps import STEPS, label_of, step_of
from web.settings import WebSettings
from web.shell import reading
from web.shell.choices import countries
from web.shell.words import WORDS

_SETTINGS = load(WebSettings, {"CLIENTELE_SECRET": "a secret of thirty-two characters"})
_WHOLE = {
    "company_name": "Acme",
    "client_code": None,
    "primary_contact": {"name": "Jo", "email": "jo@acme.example.com"},
    "rates": [{"id": "1", "position": "Engineer", "regular_rate": "1.00"}, {"position": "B"}],
    "contacts": [{"name": "Ana", "roles": ["invoices", "reports"]}],
    "compliance_requirements": ["EPA", "OSHA"],
    "settings": {"internal": False, "email_notifications": True},
    "tags": ["north", "key account"],
    "custom_fields": {"tier": "Gold"},
}


def test_what_is_written_into_a_form_is_read_from_it() -> None:
    form = MultiDict([*reading.written(_WHOLE)])
    assert reading.typed(form, _WHOLE) == _WHOLE


def test_fields_of_other_steps_and_of_nobody_are_passed_over() -> None:
    form = MultiDict(
        [("tax_id", "1"), ("form_token", "x"), ("website", " https://a.example "), ("", "")]
    )
    assert reading.typed(form, ["website"]) == {"website": "https://a.example"}


@pytest.mark.parametrize("name", ["rates", "rates[]", "rates[x].position", "rates[0]", "rates."])
def test_names_that_no_page_has_do_no_harm(name: str) -> None:
    assert reading.typed(MultiDict([(name, "5")]), ["rates"])["rates"] == []


def test_rows_are_in_their_order_and_blank_ones_are_left_out() -> None:
    rows = [("rates[10].position", "Last"), ("rates[2].position", "First"),
            ("rates[3].currency", "USD"), ("rates[4].position", " ")]  # fmt: skip
    found = reading.typed(MultiDict(rows), ["rates"])["rates"]
    assert [row["position"] for row in found] == ["First", "Last"]


def test_leaves_grow_into_what_they_were() -> None:
    assert reading.grown(reading.leaves(_WHOLE)) == _WHOLE


def test_a_field_is_called_what_a_person_calls_it_and_stands_on_its_step() -> None:
    with create_app(_SETTINGS).test_request_context():
        assert label_of("rates[1].regular_rate") == "Rate 2, regular rate"
        assert label_of("contacts[0]") == "Contact 1"
        assert label_of("custom_fields.account_tier") == "Account tier"
        assert label_of("primary_contact.email") == "Email of the main contact"
    assert step_of("rates[1].regular_rate").name == "rates"
    assert step_of("settings.internal").name == "settings"
    assert step_of("nonsense") is STEPS[0]


def test_a_button_changes_only_what_it_names() -> None:
    values = {"rates": [{"position": "A"}, {"position": "B"}], "company_name": "Acme"}
    assert changes.carried_out("next", values) is None
    assert changes.carried_out("remove:company_name:0", values) is None
    assert changes.carried_out("remove:rates:0", values) == "add-rates"
    assert changes.carried_out("remove:rates:9", values) == "add-rates"
    assert changes.carried_out("add:rates", values) == "rates[1].position"
    assert values["rates"] == [{"position": "B"}, {}]


def test_both_sides_of_a_draft_differ_where_they_say_something_else() -> None:
    theirs = {"company_name": "Acme", "address": {"city": "Ely"}}
    yours = {"company_name": "Acme", "address": {"city": "Duluth", "street": None}, "tags": []}
    assert [row.field for row in conflicts.of_two(theirs, yours)] == ["address.city"]


def test_a_value_is_told_line_by_line() -> None:
    assert conflicts.lines([{"id": "7", "name": "Ana", "roles": ["invoices"]}, {"name": "Bo"}]) == [
        "Ana · invoices",
        "Bo",
    ]
    assert conflicts.lines(None) == []


def test_what_can_be_chosen_is_what_the_api_takes() -> None:
    with create_app(_SETTINGS).test_request_context():
        assert {code for code, _ in countries("en")} == COUNTRIES
    assert tuple(WORDS["company_size"]) == choices.COMPANY_SIZES
    assert tuple(WORDS["annual_revenue"]) == choices.ANNUAL_REVENUES
    assert set(WORDS["client.status"]) == set(choices.STATUSES)
