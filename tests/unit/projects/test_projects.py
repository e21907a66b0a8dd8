"""What a project may be."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from marshmallow import ValidationError

from services.clients.projects.errors import ProjectInvalid
from services.clients.projects.models import Project
from services.clients.projects.operations.writing import check_project
from services.clients.projects.schemas import ProjectBody
from shared.http.schemas import field_errors


def wrong(body: Any) -> dict[str, str]:
    """Each wrong field of a new project with its code."""
    try:
        ProjectBody().load(body)
    except ValidationError as error:
        return {entry.field: entry.code for entry in field_errors(error.messages)}
    return {}


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, {}),
        ({"name": ""}, {"name": "too_short"}),
        ({"status": "done"}, {"status": "not_a_choice"}),
        ({"budget_amount": "-1"}, {"budget_amount": "too_small"}),
        ({"budget_hours": "0.001"}, {"budget_hours": "too_precise"}),
        ({"currency": "XXX"}, {"currency": "unknown_currency"}),
        ({"currency": 5}, {"currency": "wrong_type"}),
        ({"currency": None, "code": None, "budget_hours": None, "ends_on": None}, {}),
    ],
)
def test_project_body(change: dict[str, Any], expected: dict[str, str]) -> None:
    assert wrong({"name": "Retrofit", "status": "planned", **change}) == expected


def test_project_ends_after_it_starts_and_its_budget_fits_its_currency() -> None:
    project = Project(
        starts_on=date(2026, 12, 1),
        ends_on=date(2026, 11, 30),
        currency="JPY",
        budget_amount=Decimal("10.5"),
    )
    with pytest.raises(ProjectInvalid) as refused:
        check_project(project)
    assert {error.field: error.code for error in refused.value.errors} == {
        "ends_on": "before_start",
        "budget_amount": "too_precise",
    }
