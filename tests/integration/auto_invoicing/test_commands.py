"""`clientele schedule` on real databases."""

from __future__ import annotations

import json
from typing import Any

import pytest
from click.testing import CliRunner, Result

from cli.schedule import schedule
from tests.fixtures.api import Api


@pytest.fixture
def command(api: Api, environment: dict[str, str]) -> Any:
    def run(*arguments: str) -> Result:
        return CliRunner().invoke(schedule, list(arguments), env=environment)

    return run


def test_a_run_is_started_once_and_seen(api: Api, command: Any) -> None:
    body = {
        "company_name": "Acme Machines",
        "primary_contact": {"email": "jo@acme.example.com"},
        "settings": {"auto_invoicing": True},
    }
    assert api.owner.call("POST", "/v1/clients", body).status_code == 201
    listed = json.loads(command("list", "--json").output)
    assert {entry["name"] for entry in listed} >= {"auto-invoicing", "overdue-reminders"}
    assert command("run", "auto-invoicing").output == "auto-invoicing: 0\n"
    assert "auto-invoicing" in command("list").output
    when = ("run", "auto-invoicing", "--as-of", "2099-01-01T06:00:00Z")
    assert command(*when).output == "auto-invoicing: 1\n"
    assert command(*when).output == "auto-invoicing: 0\n"
    runs: Any = api.owner.call("GET", "/v1/billing-runs").json
    assert [run["state"] for run in runs["data"]] == ["running"]


def test_what_is_not_known_is_a_sentence(command: Any) -> None:
    assert "There is no tea; there are auto-invoicing" in command("run", "tea").output
    wrong = command("run", "auto-invoicing", "--as-of", "soon")
    assert (wrong.exit_code, "--as-of" in wrong.output) == (1, True)
