"""`clientele workspaces create` and `clientele tokens create` on real databases."""

from __future__ import annotations

import json
import uuid
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from cli.tokens import tokens, workspaces
from cli.users import users
from services.clients.access.operations import authentication
from tests.fixtures.api import PASSWORD, Api


@pytest.fixture
def command(api: Api, environment: dict[str, str]) -> Any:
    """`command(group, *arguments)` runs a command on the databases of the test."""

    def run(group: Any, *arguments: str, typed: str | None = None) -> Result:
        return CliRunner().invoke(group, list(arguments), env=environment, input=typed)

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


def test_a_password_is_asked_for_or_read_from_a_file(
    api: Api, command: Any, tmp_path: Path
) -> None:
    found = ("create", "Bolt", "--admin-email")
    typed = command(workspaces, *found, "a@example.com", typed=f"{PASSWORD}\n{PASSWORD}\n")
    assert typed.exit_code == 0, typed.output
    assert PASSWORD not in typed.output
    piped = command(workspaces, *found, "b@example.com", "--password-file", "-", typed=PASSWORD)
    assert piped.exit_code == 0, piped.output
    (tmp_path / "secret").write_text(f"{PASSWORD}\n")
    read = command(workspaces, *found, "c@example.com", "--password-file", str(tmp_path / "secret"))
    assert read.exit_code == 0, read.output
    assert [_signs_in(api, f"{name}@example.com") for name in "abc"] == [True] * 3


def _signs_in(api: Api, email: str, password: str = PASSWORD) -> bool:
    body = {"email": email, "password": password}
    return api.app.test_client().post("/v1/auth/token", json=body).status_code == 200


def test_an_operator_ends_access_and_gives_it_back(api: Api, command: Any) -> None:
    workspace = str(api.founded.workspace_id)
    who = "jo@example.com"
    added = command(
        users, "add", who, "--workspace", workspace, "--name", "Jo", "--role", "member",
        "--password-file", "-", typed=PASSWORD,
    )  # fmt: skip
    assert added.exit_code == 0, added.output
    token = api.sign_in(who).token
    assert _me(api, token)["actor"]["name"] == "Jo"
    assert command(users, "sign-out", who).exit_code == 0
    assert command(users, "role", who, "viewer").exit_code == 0
    authentication.forget()
    assert "actor" not in _me(api, token)
    assert command(users, "disable", who).exit_code == 0
    assert not _signs_in(api, who)
    listed = command(users, "list", "--workspace", workspace).output
    assert [line.split() for line in listed.splitlines() if who in line] == [
        [who, "Jo", "viewer", "no"]
    ]
    assert command(users, "enable", who).exit_code == 0
    other = "another long password"
    assert command(users, "password", who, "--password-file", "-", typed=other).exit_code == 0
    assert (_signs_in(api, who), _signs_in(api, who, other)) == (False, True)


def test_an_operator_does_not_take_the_last_owner_away(command: Any) -> None:
    refused = command(users, "disable", "owner@example.com")
    assert refused.exit_code == 1
    assert "The last owner stays one" in refused.output
    assert "No such user" in command(users, "disable", "nobody@example.com").output


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
