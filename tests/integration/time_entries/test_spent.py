"""What is spent of a project's budget, from its time and the client's rates (B1)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.factories.clients import client_body
from tests.fixtures.api import Api
from tests.fixtures.statements import noted_statements
from tests.integration.time_entries.conftest import Ok, hours_of, succeed

RATES = [
    {"position": "Engineer", "regular_rate": "100.00", "valid_until": "2026-11-24"},
    {
        "position": "Engineer",
        "regular_rate": "120.00",
        "overtime_rate": "180.00",
        "valid_from": "2026-11-25",
    },
    {"position": "Advisor", "regular_rate": "90.005", "currency": "EUR"},
]
SHOWN = (
    "spent_amount", "spent_in_other_currencies", "spent_hours", "unpriced_hours", "budget_used",
)  # fmt: skip


@pytest.fixture
def project_id(ok: Ok) -> str:
    """A project of a client whose rates change on a Wednesday, with 1,000 dollars to spend."""
    client_id = ok("POST", "/clients", client_body(rates=RATES))["id"]
    body = {"name": "Line 4 retrofit", "status": "active", "budget_amount": "1000"}
    return str(ok("POST", f"/clients/{client_id}/projects", body)["id"])


def spent(ok: Ok, project_id: str) -> list[Any]:
    """What the project says is spent."""
    project = ok("GET", f"/projects/{project_id}")
    return [project[name] for name in SHOWN]


def test_time_is_priced_at_the_rate_of_its_day(ok: Ok, project_id: str) -> None:
    assert spent(ok, project_id) == ["0.00", [], "0.00", "0.00", "0.00"]
    for day, hours, overtime in (("23", "1", False), ("24", "0.25", True), ("25", "1", False),
                                 ("26", "0.5", True), ("26", "0.1", False)):  # fmt: skip
        entry = hours_of(project_id, hours, date=f"2026-11-{day}", overtime=overtime)
        ok("POST", "/time-entries", entry)
    # 100 + 25 (no overtime rate by then) + 120 + 90 + 12
    assert spent(ok, project_id) == ["347.00", [], "2.85", "0.00", "34.70"]


def test_other_currencies_are_not_added_and_hours_without_a_rate_are_said(
    ok: Ok, project_id: str
) -> None:
    for position, hours in (("engineer", "1"), ("Advisor", "1"), ("Juggler", "3")):
        ok("POST", "/time-entries", hours_of(project_id, hours, position=position))
    euros = [{"currency": "EUR", "amount": "90.01"}]
    assert spent(ok, project_id) == ["100.00", euros, "5.00", "3.00", "10.00"]


def test_a_budget_in_hours_is_used_by_hours(ok: Ok, project_id: str) -> None:
    ok("POST", "/time-entries", hours_of(project_id, "1"))
    own = f"/projects/{project_id}"
    for budget, used in (("3", "33.33"), ("0", None), (None, None)):
        body = {"budget_amount": None, "budget_hours": budget}
        assert ok("PATCH", own, body, If_Match="*")["budget_used"] == used


def test_a_list_of_projects_needs_as_many_statements_as_one(
    api: Api, ok: Ok, client_id: str, make_project: Callable[..., str]
) -> None:
    succeeds = succeed(api.owner)

    def enter(numbers: range) -> None:
        for number in numbers:
            project = make_project(client_id, name=f"Project {number}", budget_hours="10")
            ok("POST", "/time-entries", hours_of(project, "0.25"))

    def listed() -> tuple[int, list[Any]]:
        with noted_statements() as statements:
            rows = succeeds("GET", f"/clients/{client_id}/projects?limit=200")["data"]
        return len(statements), rows

    enter(range(1))
    listed()
    few, _ = listed()
    enter(range(1, 30))
    many, rows = listed()
    assert (few, len(rows)) == (many, 30)
    assert {(row["spent_amount"], row["budget_used"]) for row in rows} == {("25.00", "2.50")}
