"""Columns stand for any path of a client."""

from __future__ import annotations

import pytest

from services.clients.transfer.rules.mapping import (
    Reading,
    export_columns,
    mapping_errors,
    suggested,
)


def test_the_names_people_use_are_understood() -> None:
    found = suggested(["Client Name", "E-Mail", "ZIP code", "Favourite colour", "address.city"])
    assert found == {
        "Client Name": "company_name",
        "E-Mail": "primary_contact.email",
        "ZIP code": "address.postal_code",
        "address.city": "address.city",
    }


def test_an_exports_columns_suggest_themselves() -> None:
    columns = export_columns()
    found = suggested(columns)
    assert set(columns) - set(found) == {"version", "created_at", "updated_at"}
    assert all(column == path for column, path in found.items())


def test_cells_become_the_body_of_a_client() -> None:
    columns = ["name", "mail", "standards", "internal", "c1", "c3"]
    paths = {
        "name": "company_name",
        "mail": "primary_contact.email",
        "standards": "compliance_requirements",
        "internal": "settings.internal",
        "c1": "contacts[0].name",
        "c3": "contacts[2].name",
    }
    reading = Reading(columns, paths, {"website": "https://{name}.example.com"})
    typed = reading.body_of(["acme", "jo@x.org", 'ISO 9001; "a;b"', "no", "Ana", "Bo"])
    assert typed.body == {
        "website": "https://acme.example.com",
        "company_name": "acme",
        "primary_contact": {"email": "jo@x.org"},
        "compliance_requirements": ["ISO 9001", "a;b"],
        "settings": {"internal": False},
        "contacts": [{"name": "Ana"}, {"name": "Bo"}],
    }


def test_empty_cells_say_nothing_unless_they_are_to_clear() -> None:
    assert Reading(["w"], {"w": "website"}).body_of([" "]).body == {}
    assert Reading(["w"], {"w": "website"}, clears=True).body_of([""]).body == {"website": None}


@pytest.mark.parametrize(
    ("path", "column"),
    [
        ("primary_contact.email", "mail"),
        ("compliance_requirements[3]", "standards"),
        ("contacts[0].email", None),
        ("", None),
    ],
)
def test_an_error_is_told_by_its_column(path: str, column: str | None) -> None:
    paths = {"mail": "primary_contact.email", "standards": "compliance_requirements"}
    assert Reading([*paths], paths).column_of(path) == column


def test_a_wrong_mapping_is_refused_in_every_place() -> None:
    mapping = {"a": "company_name", "b": "company_name", "x": "website", "c": "nonsense"}
    found = {(each.field, each.code) for each in mapping_errors(["a", "b", "c"], mapping, {})}
    assert found == {
        ("mapping", "duplicate"),
        ("mapping.x", "unknown_column"),
        ("mapping.c", "unknown_path"),
    }


def test_a_list_is_mapped_whole_or_one_by_one() -> None:
    mapping = {"a": "contacts", "b": "contacts[0].name"}
    assert [each.code for each in mapping_errors(["a", "b"], mapping, {})] == ["duplicate"]
