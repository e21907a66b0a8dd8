"""What a survivor takes over: its own values win, nothing it lacks is lost."""

from __future__ import annotations

from typing import Any

import pytest

from services.clients.client_merge.rules import INTO, SOURCE, absorption, choosable, differences
from services.clients.records.models.record import COLUMNS, DEFAULTS, Client, Record
from shared.ids import uuid7


def _client(**values: Any) -> Client:
    known = dict.fromkeys(COLUMNS) | DEFAULTS
    return Client(**known | {"company_name": "A", "contact_email": "a@example.com"} | values)


def _record(contacts: Any = (), rates: Any = (), **values: Any) -> Record:
    return Record(_client(**values), list(contacts), list(rates))


def _contact(email: str | None, name: str | None = None) -> Any:
    return {"id": str(uuid7()), "name": name, "email": email, "phone": None, "title": None,
            "roles": []}  # fmt: skip


def _rate(position: str, first: str | None = None, last: str | None = None) -> Any:
    return {"id": str(uuid7()), "position": position, "regular_rate": "1.00", "currency": "USD",
            "overtime_rate": None, "valid_from": first, "valid_until": last}  # fmt: skip


def test_fields_are_filled_where_the_survivor_has_none() -> None:
    taken = absorption(_record(website="w"), _record(website="x", industry="i")).columns
    assert taken == {"industry": "i"}


def test_an_address_is_taken_whole_or_not_at_all() -> None:
    source = _record(street="1 Main St", city="Saint Paul", country="US")
    assert absorption(_record(country="FR"), source).columns == {
        "street": "1 Main St", "city": "Saint Paul", "country": "US",
    }  # fmt: skip
    assert absorption(_record(city="Paris", country="FR"), source).columns == {}


def test_a_tax_number_comes_with_what_it_is_found_by() -> None:
    source = _record(tax_id=b"x", tax_id_hash=b"h", tax_id_last4="6789")
    found = absorption(_record(), source)
    assert found.columns == {"tax_id": b"x", "tax_id_hash": b"h", "tax_id_last4": "6789"}
    assert found.paths == {"tax_id"}
    assert absorption(_record(tax_id=b"y", tax_id_hash=b"i"), source).columns == {}


def test_lists_are_united_in_the_survivors_order() -> None:
    target = _record(compliance_requirements=["OSHA", "EPA"])
    source = _record(compliance_requirements=["ISO 9001", "EPA"])
    taken = absorption(target, source).columns
    assert taken == {"compliance_requirements": ["OSHA", "EPA", "ISO 9001"]}


@pytest.mark.parametrize("column", ["company_name", "client_code", "status", "internal"])
def test_what_makes_the_survivor_itself_stays(column: str) -> None:
    taken = absorption(_record(**{column: None}), _record(**{column: "x"})).columns
    assert column not in taken


def test_contacts_are_kept_once_per_address_and_the_other_primary_becomes_one() -> None:
    target = _record([_contact("ana@example.com")], contact_email="jo@example.com")
    others = [_contact("ANA@example.com"), _contact("bo@example.com"), _contact(None, "Cy")]
    found = absorption(target, _record(others, contact_email="di@example.com"))
    assert [each["email"] for each in found.contacts] == ["di@example.com", "bo@example.com", None]
    assert [each["email"] for each in found.contacts_left] == ["ANA@example.com"]
    twin = absorption(target, _record(contact_email="Jo@example.com"))
    assert (twin.contacts, len(twin.contacts_left)) == ([], 1)


def test_rates_are_taken_where_they_overlap_with_none() -> None:
    target = _record(rates=[_rate("Fitter", "2026-01-01")])
    earlier, same = _rate("fitter", None, "2025-12-31"), _rate("FITTER", "2026-06-01")
    found = absorption(target, _record(rates=[earlier, same, _rate("Welder")]))
    assert [each["position"] for each in found.rates] == ["fitter", "Welder"]
    assert found.rates_left == [same]


def test_differences_name_fields_as_callers_do_and_hide_tax_numbers() -> None:
    target = _client(website="w", city="Paris", tax_id_hash=b"1", industry="i")
    source = _client(website="x", city="Lyon", tax_id_hash=b"2", email_notifications=False)
    found = {each.field: (each.stays, each.goes) for each in differences(target, source)}
    assert found == {
        "website": ("w", "x"), "address.city": ("Paris", "Lyon"), "tax_id": ("hidden", "hidden"),
    }  # fmt: skip


def test_whether_tax_numbers_are_the_same_is_not_told_to_who_may_not_see_them() -> None:
    alike = _client(tax_id_hash=b"1"), _client(tax_id_hash=b"1")
    unlike = _client(tax_id_hash=b"1"), _client(tax_id_hash=b"2")
    for sees, expected in ((True, [0, 1]), (False, [1, 1])):
        told = [list(differences(*each, sees_tax_ids=sees)) for each in (alike, unlike)]
        assert [len(each) for each in told] == expected


def test_a_choice_keeps_the_others_value_even_where_it_is_none() -> None:
    target = _record(website="w", industry="i", custom_fields={"tier": "gold", "since": 2001})
    source = _record(website="x", company_size="1-10", custom_fields={"tier": "lead"})
    choices = {"website": SOURCE, "industry": SOURCE, "company_size": INTO,
               "custom_fields.tier": SOURCE, "custom_fields.since": SOURCE}  # fmt: skip
    assert absorption(target, source, choices).columns == {
        "website": "x", "industry": None, "custom_fields": {"tier": "lead"},
    }  # fmt: skip


def test_a_tax_id_is_chosen_as_a_whole() -> None:
    target = _record(tax_id=b"x", tax_id_hash=b"h", tax_id_last4="1111")
    source = _record(tax_id=b"y", tax_id_hash=b"i", tax_id_last4="2222")
    assert absorption(target, source).columns == {}
    assert absorption(target, source, {"tax_id": SOURCE}).columns == {
        "tax_id": b"y", "tax_id_hash": b"i", "tax_id_last4": "2222",
    }  # fmt: skip


def test_codes_settings_and_the_primary_contact_are_no_matter_of_choice() -> None:
    offered = choosable(_record().client, _record().client)
    assert {"company_name", "status", "website", "address.city", "tax_id", "owner"} <= offered
    unoffered = {"client_code", "settings.internal", "primary_contact.email", "tags"}
    assert offered.isdisjoint(unoffered)
