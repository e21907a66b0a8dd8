"""The six steps: which field belongs to which, and what is kept of what was typed."""

from __future__ import annotations

from typing import Any

import pytest

from services.clients.drafts.rules import STEPS, merged, shown, step_of, without_mask
from services.clients.drafts.schemas import STEP_BODIES, read_steps
from services.clients.records.schemas.bodies import ClientBody
from tests.factories.clients import whole_client_body


def steps_of(body: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """A client's body, cut into its steps."""
    steps: dict[str, dict[str, Any]] = {}
    for name, value in body.items():
        steps.setdefault(step_of(name), {})[name] = value
    return steps


def test_every_field_of_a_client_is_taken_by_one_step() -> None:
    taken = [name for body in STEP_BODIES.values() for name in body.fields]
    assert sorted(taken) == sorted({*ClientBody().fields} - {"allow_duplicate"})


@pytest.mark.parametrize(
    ("path", "step"),
    [
        ("company_name", "basic"),
        ("primary_contact.email", "basic"),
        ("address.country", "basic"),
        ("industry", "basic"),
        ("tax_id", "business"),
        ("compliance_requirements", "business"),
        ("rates[0].position", "rates"),
        ("contacts[12].email", "contacts"),
        ("settings.internal", "settings"),
        ("status", "settings"),
    ],
)
def test_an_error_belongs_to_the_step_of_its_field(path: str, step: str) -> None:
    assert step_of(path) == step


@pytest.mark.parametrize(
    ("typed", "sent", "kept"),
    [
        (None, {"a": 1}, {"a": 1}),
        ({"a": 1, "b": 2}, {"a": 3}, {"a": 3, "b": 2}),
        ({"a": 1, "b": 2}, {"a": None}, {"b": 2}),
        ({"a": {"b": 1, "c": 2}}, {"a": {"b": None}}, {"a": {"c": 2}}),
        ({"a": "text"}, {"a": {"b": 1}}, {"a": {"b": 1}}),
        ({"a": {"b": 1}}, {"a": "text"}, {"a": "text"}),
        ({"a": [1, 2]}, {"a": [3]}, {"a": [3]}),
        ({}, {"a": {"b": {"c": None}}}, {"a": {"b": {}}}),
    ],
)
def test_a_patch_is_merged_into_what_was_typed(typed: Any, sent: Any, kept: Any) -> None:
    """The examples of RFC 7396 that an object's fields can meet."""
    assert merged(typed, sent) == kept


@pytest.mark.parametrize(
    ("typed", "masked"),
    [("12-3456789", "••-•••6789"), ("wrong number", "••••• ••mber"), (123456789, "•••")],
)
def test_a_tax_number_is_shown_masked_and_its_mask_does_not_replace_it(
    typed: Any, masked: str
) -> None:
    step = {"tax_id": typed, "company_size": "1-10"}
    seen = shown({"business": step}, see_tax_ids=False)["business"]
    assert seen == {"tax_id": masked, "company_size": "1-10"}
    assert without_mask(step, seen) == {"company_size": "1-10"}
    assert without_mask(step, {"tax_id": "98-7654321"}) == {"tax_id": "98-7654321"}
    assert shown({"business": step}, see_tax_ids=True)["business"] == step


def test_a_tax_number_in_the_wrong_step_is_masked_as_well() -> None:
    seen = shown({"basic": {"tax_id": "12-3456789"}}, see_tax_ids=False)
    assert seen["basic"] == {"tax_id": "••-•••6789"}
    assert list(seen) == list(STEPS)


def test_the_steps_together_read_as_the_client_they_were_cut_from() -> None:
    body = whole_client_body()
    assert read_steps(steps_of(body)).values == ClientBody().load(body).values


def test_what_is_wrong_is_told_by_step_with_the_paths_of_a_create() -> None:
    wrong = {
        "basic": {"company_name": 7, "colour": "red", "tax_id": "12-3456789"},
        "business": {"company_size": "huge"},
        "rates": {"rates": [{"position": "Engineer", "regular_rate": "-1"}]},
        "contacts": {"contacts": "Ana"},
        "documents": {"files": []},
        "settings": {"settings": {"internal": "yes"}},
    }
    found = {
        step: {(error.field, error.code) for error in errors}
        for step, errors in read_steps(wrong).errors.items()
    }
    assert found["basic"] == {
        ("company_name", "wrong_type"),
        ("colour", "unknown_field"),
        ("tax_id", "unknown_field"),
        ("primary_contact", "required"),
    }
    assert {field for field, _ in found["business"]} == {"company_size"}
    assert {field for field, _ in found["rates"]} == {"rates[0].regular_rate"}
    assert found["contacts"] == {("contacts", "wrong_type")}
    assert found["documents"] == {("files", "unknown_field")}
    assert {field for field, _ in found["settings"]} == {"settings.internal"}


def test_of_a_step_that_is_wrong_everywhere_two_hundred_places_are_told() -> None:
    steps = {"rates": {"rates": [{}] * 200}, "settings": {"status": "odd"}}
    typed = read_steps(steps)
    assert len(typed.errors["rates"]) == 200
    assert [error.field for error in typed.errors["settings"]] == ["status"]
