"""`clientele workspaces create` and `clientele tokens create`: the first way in.

They write through the same operations as the API, as role `app`, so what they do is an
event like everything else.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping, Sequence
from typing import IO

import click
from marshmallow import Schema

from cli.passwords import password_file, read_password
from services.clients.access import queries
from services.clients.access.operations import people
from services.clients.access.schemas.people import ApiKeyBody, UserBody, WorkspaceBody
from shared.errors import DomainError
from shared.http.schemas import field_errors
from shared.ids import uuid7
from shared.messaging.envelope import Actor
from shared.messaging.outbox import Origin
from shared.runtime import Runtime
from shared.security.permissions import PERMISSIONS
from shared.settings import Settings, load

OPERATOR = Actor("system", None, "clientele")


@click.group()
def workspaces() -> None:
    """Workspaces: one per firm."""


@workspaces.command("create")
@click.argument("name")
@click.option("--admin-email", required=True, help="who may sign in first, as owner")
@click.option(
    "--admin-password", help="seen by whoever lists processes: better leave it out, and be asked"
)
@password_file
@click.option("--json", "as_json", is_flag=True, help="print {workspace, token}")
def create_workspace(
    name: str,
    admin_email: str,
    admin_password: str | None,
    password_file: IO[str] | None,
    as_json: bool,
) -> None:
    """Found a workspace with its owner and a key that may do everything."""
    if admin_password is None:
        admin_password = read_password(password_file)
    check(WorkspaceBody(), {"name": name}, {"name": "NAME"})
    check(
        UserBody(only=("email", "password")),
        {"email": admin_email, "password": admin_password},
        {"email": "--admin-email", "password": "--admin-password"},
    )
    try:
        made = people.found_workspace(access_runtime(), name, admin_email, admin_password)
    except DomainError as error:
        raise click.ClickException(sentence(error)) from error
    if as_json:
        click.echo(json.dumps({"workspace": str(made.workspace_id), "token": made.token}))
    else:
        click.echo(f"Workspace {made.workspace_id}\nToken     {made.token}")


@click.group()
def tokens() -> None:
    """API keys."""


@tokens.command("create")
@click.option("--workspace", required=True, type=click.UUID, help="the workspace's id")
@click.option("--name", required=True, help="what the key is for")
@click.option(
    "--permissions",
    multiple=True,
    metavar="NAME[,NAME…]",
    help="what it may do, by commas or by repeating the option; default: everything",
)
@click.option("--json", "as_json", is_flag=True, help="print {id, token}")
def create_token(
    workspace: uuid.UUID,
    name: str,
    permissions: tuple[str, ...],
    as_json: bool,
) -> None:
    """Make an API key; its token is printed once."""
    wanted = _listed(permissions) or sorted(PERMISSIONS)
    options = {"name": "--name", "permissions": "--permissions"}
    check(ApiKeyBody(), {"name": name, "permissions": wanted}, options)
    where = Origin(workspace, OPERATOR, f"cli:{uuid7()}")
    try:
        with access_runtime().unit_of_work(where) as uow:
            queries.get_workspace(uow)
            key, token = people.create_api_key(uow, name, wanted, held=PERMISSIONS)
    except DomainError as error:
        raise click.ClickException(sentence(error)) from error
    click.echo(json.dumps({"id": str(key.id), "token": token}) if as_json else token)


def access_runtime() -> Runtime:
    """The clients service's databases and secret."""
    return Runtime("clients", load(Settings))


def _listed(values: Sequence[str]) -> list[str]:
    return [name.strip() for value in values for name in value.split(",") if name.strip()]


def check(schema: Schema, values: Mapping[str, object], options: Mapping[str, str]) -> None:
    """Hold what was typed against the API's own rules; every mistake is told at once."""
    wrong = [
        f"{options[entry.field.partition('[')[0]]}: {entry.message}"
        for entry in field_errors(schema.validate(values))
    ]
    if wrong:
        raise click.ClickException("\n".join(wrong))


def sentence(error: DomainError) -> str:
    """What went wrong, for people."""
    return f"{error.title}. {error.detail}".strip()
