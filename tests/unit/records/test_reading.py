"""Reading bodies: every wrong field with its path, whatever is sent."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.clients.records.schemas.bodies import (
    ClientBody,
    ClientChanges,
    ContactBody,
    RateBody,
    RateChanges,
    StatusBody,
)
from tests.factories.clients import client_body, whole_client_body

BODY, CHANGES = ClientBody(), ClientChanges()

_JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)


def _errors(schema: Any, data: Any) -> dict[str, str]:
    return {error.field: error.code for error in schema.load(data).findings.errors}


def test_a_right_body_comes_through_whole() -> None:
    body = BODY.load(whole_client_body())
    assert not body.findings.errors
    assert body.values == whole_client_body()


def test_what_must_be_there_is_asked_for_in_a_new_client_only() -> None:
    assert _errors(BODY, {}) == {"company_name": "required", "primary_contact": "required"}
    assert _errors(BODY, client_body(primary_contact={})) == {"primary_contact.email": "required"}
    assert _errors(CHANGES, {}) == {}
    assert _errors(CHANGES, {"primary_contact": {}}) == {}
    assert _errors(RateBody(), {}) == {"position": "required", "regular_rate": "required"}
    assert _errors(RateChanges(), {}) == {}
    assert _errors(StatusBody(), {}) == {"status": "required"}
    assert _errors(ContactBody(), {}) == {}


def test_ids_are_for_elements_of_a_client_that_exists() -> None:
    contacts = {"contacts": [{"id": "01a20697-0a9d-774a-b378-080cb3df055a", "name": "Ana"}]}
    assert _errors(BODY, client_body(**contacts)) == {"contacts[0].id": "unknown_field"}
    assert _errors(CHANGES, contacts) == {}
    assert _errors(CHANGES, {"rates": [{"id": "x"}, {"id": None}, {"id": 7}]}) == {
        "rates[0].id": "wrong_type",
        "rates[1].id": "null",
        "rates[2].id": "wrong_type",
    }


def test_nested_wrong_values_are_named_by_their_path() -> None:
    data = {
        "address": {"country": "Mars", "moon": 1},
        "settings": {"internal": None, "auto_invoicing": 1},
        "contacts": [{"email": "x"}, "Ana", {"phone": {}}],
        "rates": [{"regular_rate": None}, {"currency": "???", "valid_from": "soon"}],
        "primary_contact": [],
    }
    assert _errors(CHANGES, data) == {
        "address.country": "unknown_country",
        "address.moon": "unknown_field",
        "settings.auto_invoicing": "wrong_type",
        "contacts[0].email": "invalid_email",
        "contacts[1]": "wrong_type",
        "contacts[2].phone": "wrong_type",
        "rates[0].regular_rate": "null",
        "rates[1].currency": "unknown_currency",
        "rates[1].valid_from": "invalid_date",
        "primary_contact": "wrong_type",
    }


@pytest.mark.parametrize("field", sorted(CHANGES.load_fields))
@settings(max_examples=30)
@given(value=_JSON)
def test_any_value_of_any_field_is_taken_or_named(field: str, value: Any) -> None:
    body = CHANGES.load({field: value})
    for error in body.findings.errors:
        assert error.field.startswith(field)
        assert error.code
        assert error.message
    assert body.findings.errors or field in body.values


@given(_JSON)
def test_any_json_is_read_without_failing(data: Any) -> None:
    assert BODY.load(data).findings.errors


def test_a_body_that_is_wrong_everywhere_is_told_of_so_many_places() -> None:
    assert len(CHANGES.load({f"x{n}": n for n in range(5_000)}).findings.errors) == 200
