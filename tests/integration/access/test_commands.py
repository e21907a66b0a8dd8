"""`clientele workspaces create` and `clientele tokens create` on real databases."""

from __future__ import annotations

import json
import uuid
from typing import Any

import pytest
from click.testing import CliRunner, Result

from cli.tokens import tokens, workspaces
from tests.fixtures.api import PASSWORD, Api


@pytest.fixture
def command(api: Api, environment: dict[str, str]) -> Any:
    """`command(group, *arguments)` runs a command on the databases of the test."""

    def run(group: Any, *arguments: str) -> Result:
        return CliRunner().invoke(group, list(arguments), env=environment)

    return run


def _found(command: Any, email: str = "boss@example.com", password: str = PASSWORD) -> Result:
    result: Result = command(
        workspaces, "create", "Bolt", "--admin-email", email, "--admin-password", password, "--json"
    )
    return result


def _me(api: Api, token: str) -> Any:
    return api.app.test_client().get("/v1/me", headers={"Authorization": f"Bearer {token}"}).json


def test_a_workspace_is_founded_with_a_token_that_works(api: Api, command: Any) -> None:
    result = _found(command)
    assert result.exit_code == 0, result.output
    made = json.loads(result.output)
    me = _me(api, made["token"])
    assert (me["workspace"]["id"], me["workspace"]["name"]) == (made["workspace"], "Bolt")
    body = {"email": "boss@example.com", "password": PASSWORD}
    assert api.app.test_client().post("/v1/auth/token", json=body).status_code == 200


def test_a_taken_address_founds_nothing(command: Any) -> None:
    assert _found(command).exit_code == 0
    again = _found(command)
    assert again.exit_code == 1
    assert "already belongs to a user" in again.output


def test_every_mistake_is_told_at_once(command: Any) -> None:
    result = _found(command, email="no", password="short")
    assert result.exit_code == 1
    assert "--admin-email" in result.output
    assert "--admin-password" in result.output


@pytest.mark.parametrize(
    "options",
    [
        ["--permissions", "clients.view,clients.create"],
        ["--permissions", "clients.view", "--permissions", "clients.create"],
    ],
)
def test_a_key_holds_what_was_asked_for(api: Api, command: Any, options: list[str]) -> None:
    workspace = str(api.founded.workspace_id)
    result = command(
        tokens, "create", "--workspace", workspace, "--name", "ERP", "--json", *options
    )
    assert result.exit_code == 0, result.output
    me = _me(api, json.loads(result.output)["token"])
    assert me["permissions"] == ["clients.create", "clients.view"]


def test_a_permission_that_does_not_exist_is_named(api: Api, command: Any) -> None:
    workspace = str(api.founded.workspace_id)
    result = command(
        tokens, "create", "--workspace", workspace, "--name", "x", "--permissions", "clients.fly"
    )
    assert result.exit_code == 1
    assert "--permissions" in result.output


def test_a_workspace_that_does_not_exist_gets_no_key(command: Any) -> None:
    result = command(tokens, "create", "--workspace", str(uuid.uuid4()), "--name", "x")
    assert result.exit_code == 1
    assert "no longer exists" in result.output
