"""Telephone numbers, tax numbers, rates and days."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.clients.custom_fields.queries import Definition
from services.clients.records.rules.custom_values import custom_value
from services.clients.values import addresses, money, phones, tax_ids
from shared.values import days
from shared.values.findings import Check, Wrong


def _code(check: Check, value: Any) -> str:
    with pytest.raises(Wrong) as caught:
        check(value)
    return caught.value.code


@pytest.mark.parametrize(
    ("typed", "country", "number"),
    [
        ("+1 651 555 0100", "US", "+16515550100"),
        ("(651) 555-0100", "US", "+16515550100"),
        ("651.555.0100", "CA", "+16515550100"),
        ("030 123456", "DE", "+4930123456"),
        ("+49 (0)30 123456", "US", "+4930123456"),
        ("00 44 20 7946 0958", "DE", "+442079460958"),
        ("+1 651 555 0100 x12", "US", "+16515550100;ext=12"),
        ("+16515550100;ext=12", None, "+16515550100;ext=12"),
        ("٠٣٠ ١٢٣٤٥٦", "DE", "+4930123456"),
    ],
)
def test_a_number_is_kept_as_the_world_dials_it(
    typed: str, country: str | None, number: str
) -> None:
    assert phones.e164(typed, country) == number
    assert phones.e164(number, country) == number


@pytest.mark.parametrize("typed", ["ask Jo", "12", "+999 1234567", "+", "555-0100", "1" * 40])
def test_what_does_not_read_as_a_number_is_left_as_typed(typed: str) -> None:
    assert phones.e164(typed, "US") is None


def test_without_a_country_only_an_international_number_reads() -> None:
    assert phones.e164("651 555 0100", None) is None


@pytest.mark.parametrize(
    ("typed", "country", "written", "mask"),
    [
        ("12-3456789", "US", "12-3456789", "••-•••6789"),
        ("123456789", "US", "12-3456789", "••-•••6789"),
        ("12 3456789", "US", "12-3456789", "••-•••6789"),
        ("GB 980780684", "GB", "980 7806 84", "••• ••06 84"),
        ("DE136695976", "DE", "136695976", "•••••5976"),
        ("181/815/0815 5", "DE", "181/815/08155", "•••/•••/•8155"),
        ("51 824 753 556", "AU", "51 824 753 556", "•• ••• ••3 556"),
        ("FR 40 303 265 045", "FR", "40303265045", "•••••••5045"),
        ("B-58378431", "ES", "B58378431", "•••••8431"),
        ("CHE-100.155.212", "CH", "CHE-100.155.212", "•••-•••.••5.212"),
        ("16.727.230/0001-97", "BR", "16.727.230/0001-97", "••.•••.•••/••01-97"),
        ("anything 12-34", "MH", "anything 12-34", "•••••••• 12-34"),
    ],
)
def test_a_tax_number_is_read_by_its_country(
    typed: str, country: str, written: str, mask: str
) -> None:
    found = tax_ids.tax_id(typed, country)
    assert found.written == written
    assert tax_ids.masked(written) == mask
    assert tax_ids.tax_id(found.written, country) == found
    assert found.last4 == "".join(c for c in mask if c.isalnum()).upper()


@pytest.mark.parametrize(
    ("typed", "country"),
    [
        ("07-1234567", "US"),
        ("00-0000000", "US"),
        ("12-345678", "US"),
        ("12-34567890", "US"),
        ("ABCDEFGHI", "US"),
        ("DE136695976", "US"),
        ("DE136695977", "DE"),
        ("980780685", "GB"),
        ("---", "MH"),
        ("1-2", "MH"),
        ("••-•••6789", "US"),
    ],
)
def test_what_is_no_tax_number_there_is_refused(typed: str, country: str) -> None:
    assert _code(lambda value: tax_ids.tax_id(value, country), typed) == "invalid_tax_id"


def test_two_spellings_of_one_number_compare_the_same() -> None:
    spellings = ("12-3456789", "123456789", "12 345 6789")
    assert {tax_ids.tax_id(typed, "US").normalised for typed in spellings} == {"123456789"}


@given(st.text(min_size=1, max_size=50))
def test_a_mask_shows_four_at_most(written: str) -> None:
    mask = tax_ids.masked(written)
    assert len(mask) == len(written)
    shown = [c for c in mask if c.isalnum()]
    assert len(shown) <= 4
    assert 2 * len(shown) <= sum(c.isalnum() for c in written)


def test_every_kind_of_number_named_is_there() -> None:
    """A name that the library does not know would fail on the first client of that country."""
    for country in tax_ids._ALSO:
        assert tax_ids._kinds(country)


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("150.00", "150.00"),
        ("150", "150.00"),
        (150, "150.00"),
        (150.5, "150.50"),
        (0.1, "0.10"),
        ("150.5000", "150.50"),
        ("0.1234", "0.1234"),
        ("007.5", "7.50"),
        ("0", "0.00"),
        ("-0.00", "0.00"),
        ("1000000", "1000000.00"),
    ],
)
def test_a_rate_is_kept_with_two_to_four_decimals(sent: Any, kept: str) -> None:
    assert money.rate(sent) == kept
    assert money.rate(kept) == kept


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        ("-0.01", "too_small"),
        (-1, "too_small"),
        ("1000000.01", "too_large"),
        ("0.12345", "too_precise"),
        (0.12345, "too_precise"),
        ("1e3", "wrong_type"),
        (1e300, "wrong_type"),
        ("NaN", "wrong_type"),
        ("Infinity", "wrong_type"),
        ("1_000", "wrong_type"),
        ("1,000", "wrong_type"),
        ("１５０", "wrong_type"),
        (" 150", "wrong_type"),
        ("", "wrong_type"),
        (".5", "wrong_type"),
        ("$150", "wrong_type"),
        (True, "wrong_type"),
        ([150], "wrong_type"),
    ],
)
def test_a_rate_that_is_none_is_refused(sent: Any, code: str) -> None:
    assert _code(money.rate, sent) == code


@given(st.decimals(min_value=0, max_value=1_000_000, places=4))
def test_a_rate_loses_nothing(amount: Decimal) -> None:
    assert Decimal(money.rate(f"{amount:f}")) == amount


def test_an_overtime_rate_may_be_left_empty() -> None:
    assert money.optional_rate("") is None
    assert money.optional_rate("225") == "225.00"


def test_a_currency_is_three_letters_of_the_standard() -> None:
    assert money.currency("usd") == "USD"
    assert money.currency("") is None
    for wrong in ("US", "XYZ", "$", "ÜSD"):
        assert _code(money.currency, wrong) == "unknown_currency"


def test_a_day_is_written_in_full() -> None:
    assert days.day("2026-02-28") == "2026-02-28"
    assert days.day("") is None
    for wrong in ("2026-02-30", "2026-2-3", "20260203", "2026-W07", "yesterday", "２026-01-01"):
        assert _code(days.day, wrong) == "invalid_date"
    assert _code(days.day, 20260203) == "wrong_type"


@pytest.mark.parametrize(
    ("country", "typed", "written"),
    [
        ("JP", "T7000012050002", "T7000012050002"),
        ("HU", "12892312-2-42", "12892312-2-42"),
        ("HU", "HU12892312", "12892312"),
        ("AU", "ABN 51 824 753 556", "51 824 753 556"),
        ("DE", "USt-IdNr.: DE 136695976", "136695976"),
        ("RU", "ИНН 7707083893", "7707083893"),
        ("CH", "CHE-107.787.577 MWST", "CHE-107.787.577 MWST"),
        ("US", "12-3456789", "12-3456789"),
        ("US", "123456789", "12-3456789"),
        ("US", "123-45-6789", "123-45-6789"),
        ("US", "078051121", "078051121"),
    ],
)
def test_a_tax_number_is_taken_as_it_stands_on_an_invoice(
    country: str, typed: str, written: str
) -> None:
    found = tax_ids.tax_id(typed, country)
    assert found.written == written
    assert tax_ids.stored_key(written, country) == found.key


@pytest.mark.parametrize(
    ("country", "spellings"),
    [
        ("RO", ["RO 185 472 90", "18547290", "ro18547290", "CUI: RO18547290"]),
        ("HU", ["12892312-2-42", "HU12892312242", "VAT: 12892312-2-42", "12892312\u20132\u201342"]),
        ("JP", ["T5835678256246", "VAT: T5835678256246", "5-8356-7825-6246"]),
        ("CA", ["12302 6635 RC 0001", "12302 6635 rc 0001", "123026635RC0001"]),
        ("GR", ["EL 094259216", "094259216", "el094259216"]),
    ],
    ids=lambda it: it if isinstance(it, str) else "",
)
def test_a_number_is_one_with_its_country_in_front_and_without(
    country: str, spellings: list[str]
) -> None:
    assert len({tax_ids.tax_id(spelling, country).key for spelling in spellings}) == 1


def test_the_same_digits_in_two_countries_are_two_numbers() -> None:
    assert tax_ids.tax_id("136695976", "DE").key != tax_ids.tax_id("136695976", "HK").key
    assert tax_ids.tax_id("136695976", "DE").key == tax_ids.tax_id("DE 136 695 976", "DE").key


def test_the_same_digits_of_a_firm_and_of_a_person_are_two_numbers() -> None:
    firm, person = (tax_ids.tax_id(typed, "US") for typed in ("12-3456789", "123-45-6789"))
    assert firm.normalised == person.normalised
    assert firm.key != person.key
    assert person.key == tax_ids.tax_id("SSN: 123 45 6789", "US").key
    assert tax_ids.stored_key(person.written, "US") == person.key


@pytest.mark.parametrize(
    "address",
    [
        "https://भारत.भारत",
        "https://বাংলা.বাংলা",
        "https://தமிழ்.இந்தியா",
        "https://straße.example.com",
        "https://my_shop.example.com",
        "http://[::1]/",
        f"https://{'a' * 63}.com",
    ],
)
def test_a_host_in_any_script_is_one(address: str) -> None:
    assert addresses.website(address) == address


@pytest.mark.parametrize("host", ["a" * 64 + ".com", "a..com", "-a.com", "xn--a.com", "a-.com"])
def test_what_could_be_no_host_is_none(host: str) -> None:
    assert _code(addresses.website, f"https://{host}") == "invalid_url"


def test_a_host_that_begins_as_one_of_the_web_is_taken_for_an_address() -> None:
    assert addresses.website("www.firm.example/a") == "https://www.firm.example/a"


def test_there_is_one_rule_for_currencies() -> None:
    for check in (money.currency, money.required_currency):
        assert check("usd") == "USD"
        assert _code(check, "XAU") == _code(check, "XXX") == "unknown_currency"
    assert _code(money.required_currency, "") == "unknown_currency"


def test_what_a_client_has_of_a_list_may_stay_beside_what_is_new() -> None:
    definition = Definition("tiers", "Tiers", "multi_choice", False, ("Platinum",), False)
    assert custom_value(definition, ["Gold", "Platinum"], ["Gold"]) == ["Gold", "Platinum"]
    assert _code(lambda value: custom_value(definition, value, ["Gold"]), ["Silver"]) == (
        "not_a_choice"
    )
