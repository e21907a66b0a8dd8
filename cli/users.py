"""`clientele users …`: who may sign in, for an operator who has no session.

Users are named by their address. What is done is an event like everything else, and takes effect
within a second on every process.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import IO, Any

import click

from cli.passwords import password_file, read_password
from cli.tables import echo_columns
from cli.tokens import OPERATOR, access_runtime, check, sentence
from services.clients.access import queries
from services.clients.access.errors import UserNotFound
from services.clients.access.models import User
from services.clients.access.operations import passwords, people, roles, sessions
from services.clients.access.schemas.people import UserBody
from shared.errors import DomainError
from shared.http.schemas import MAX_PAGE
from shared.ids import uuid7
from shared.messaging.outbox import Origin
from shared.runtime import Runtime
from shared.security.permissions import PERMISSIONS
from shared.unit_of_work import UnitOfWork


@click.group()
def users() -> None:
    """Who may sign in: list, add, another role or password, disable, sign out."""


@users.command("list")
@click.option("--workspace", required=True, type=click.UUID, help="the workspace's id")
def list_users(workspace: uuid.UUID) -> None:
    """Everyone of a workspace."""
    with _telling(), access_runtime().unit_of_work(_origin(workspace)) as uow:
        queries.get_workspace(uow)
        rows = [_row(user, roles.name_of(uow, user.role)) for user in _all(uow)]
    echo_columns([("EMAIL", "NAME", "ROLE", "SIGNS IN"), *rows])


@users.command("add")
@click.argument("email")
@click.option("--workspace", required=True, type=click.UUID, help="the workspace's id")
@click.option("--name", required=True)
@click.option("--role", required=True, help="owner, manager, member, viewer, or one of your own")
@password_file
def add_user(
    email: str, workspace: uuid.UUID, name: str, role: str, password_file: IO[str] | None
) -> None:
    """Let someone sign in."""
    body = {"email": email, "name": name, "password": read_password(password_file)}
    options = {"email": "EMAIL", "name": "--name", "password": "The password"}
    check(UserBody(partial=("role",)), body, options)
    runtime = access_runtime()
    with _telling(), runtime.unit_of_work(_origin(workspace)) as uow:
        queries.get_workspace(uow)
        meant, cost = roles.called(uow, role), runtime.settings.argon2_time_cost
        people.create_user(uow, **body, role=meant, time_cost=cost)


@users.command("role")
@click.argument("email")
@click.argument("role")
def set_role(email: str, role: str) -> None:
    """Give a user another role, by its name; their sessions end."""
    _change(email, lambda uow: {"role": roles.called(uow, role)})


@users.command("disable")
@click.argument("email")
def disable(email: str) -> None:
    """Sign a user out everywhere and let them in no more."""
    _change(email, lambda _: {"disabled": True})


@users.command("enable")
@click.argument("email")
def enable(email: str) -> None:
    """Let a user in again."""
    _change(email, lambda _: {"disabled": False})


@users.command("password")
@click.argument("email")
@password_file
def set_password(email: str, password_file: IO[str] | None) -> None:
    """Give a user another password; their sessions end."""
    password, runtime = read_password(password_file), access_runtime()
    check(UserBody(only=("password",)), {"password": password}, {"password": "The password"})
    with _telling():
        hashed = passwords.new_hash(runtime, password, email)
        _with_user(runtime, email, lambda uow, user: passwords.set_password(uow, user, hashed))


@users.command("sign-out")
@click.argument("email")
def sign_out(email: str) -> None:
    """End every session of a user."""
    with _telling():
        _with_user(
            access_runtime(), email, lambda uow, user: sessions.end_sessions(uow, user, "ended")
        )


def _change(email: str, changes: Callable[[UnitOfWork], dict[str, Any]]) -> None:
    def change(uow: UnitOfWork, user: User) -> None:
        people.update_user(uow, user.id, changes(uow), None, held=PERMISSIONS)

    with _telling():
        _with_user(access_runtime(), email, change)


def _with_user(runtime: Runtime, email: str, act: Callable[[UnitOfWork, User], None]) -> None:
    with runtime.login_engine.connect() as connection:
        row = queries.find_user_by_email(connection, email)
    if row is None:
        raise UserNotFound(email)
    with runtime.unit_of_work(_origin(row.workspace_id)) as uow:
        act(uow, queries.get_user(uow, row.id))


def _all(uow: UnitOfWork) -> Iterator[User]:
    cursor = None
    while True:
        page = queries.list_users(uow, cursor, MAX_PAGE)
        yield from page.rows
        cursor = page.next
        if cursor is None:
            return


def _row(user: User, role: str) -> tuple[str, ...]:
    return user.email, user.name, role, "no" if user.disabled_at else "yes"


def _origin(workspace: uuid.UUID) -> Origin:
    return Origin(workspace, OPERATOR, f"cli:{uuid7()}")


@contextmanager
def _telling() -> Iterator[None]:
    try:
        yield
    except DomainError as error:
        raise click.ClickException(sentence(error)) from error
