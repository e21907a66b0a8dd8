"""`clientele subscribers`: the Celery apps of the firm that are sent the feed."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any

import click

from cli.tables import echo_columns, echo_json
from cli.tokens import OPERATOR
from services.activity.subscribers.operations import managing
from services.activity.subscribers.queries import Backlog, backlogs
from services.activity.subscribers.rules.names import ingest_name
from shared.errors import DomainError
from shared.ids import uuid7
from shared.messaging.outbox import Origin
from shared.runtime import Runtime
from shared.security.permissions import PERMISSIONS
from shared.settings import Settings, load
from shared.unit_of_work import UnitOfWork

HEAD = ("subscriber", "workspace", "state", "place", "unread", "seconds", "last error")


@click.group()
def subscribers() -> None:
    """Celery apps that are sent the feed, each on a queue of its own."""


def _workspace(command: Callable[..., None]) -> Callable[..., None]:
    wanted = click.option("--workspace", required=True, type=click.UUID, help="the workspace's id")
    return wanted(command)


@subscribers.command()
@click.argument("name")
@_workspace
@click.option("--types", default="*", show_default=True, help="event types, by commas")
@click.option("--permissions", help="what it may be told of, by commas; default: everything")
@click.option(
    "--broker-url",
    help="its broker, kept encrypted and never shown; default: the broker of the services",
)
@click.option("--from-now", is_flag=True, help="nothing of what has happened before")
@click.option("--json", "as_json", is_flag=True, help="print {name, queue, task, start}")
def add(
    name: str,
    workspace: uuid.UUID,
    types: str,
    permissions: str | None,
    broker_url: str | None,
    from_now: bool,
    as_json: bool,
) -> None:
    """Send the events of a workspace to the task NAME.ingest on the queue NAME.ingest."""
    viewed = PERMISSIONS if permissions is None else _listed(permissions)
    with _unit_of_work(workspace) as uow:
        _, start = managing.add_subscriber(
            uow, name, _listed(types), viewed, broker_url=broker_url, from_now=from_now
        )
    queue = ingest_name(name)
    if as_json:
        echo_json({"name": name, "queue": queue, "task": queue, "start": start})
    else:
        click.echo(f"{queue} begins after the cursor {start}")


@subscribers.command("list")
@click.option("--json", "as_json", is_flag=True)
def list_subscribers(as_json: bool) -> None:
    """How far each subscriber of every workspace was told, and what is in its way."""
    found = standing(_runtime())
    if as_json:
        echo_json([asdict(each) for each in found])
    elif not found:
        click.echo("No workspace has a subscriber.")
    else:
        echo_columns(columns(found))


def standing(runtime: Runtime) -> list[Backlog]:
    """Where every subscriber stands."""
    with runtime.pipe_engine.connect() as connection:
        return backlogs(connection)


def columns(found: list[Backlog]) -> list[list[Any]]:
    """The table of where they stand."""
    rows = [
        [it.name, it.workspace, it.state, it.place, it.unread, it.seconds, it.last_error or ""]
        for it in found
    ]
    return [list(HEAD), *rows]


@subscribers.command()
@click.argument("name")
@_workspace
def pause(name: str, workspace: uuid.UUID) -> None:
    """Send nothing more for now; its place is kept."""
    with _unit_of_work(workspace) as uow:
        managing.pause_subscriber(uow, name)


@subscribers.command()
@click.argument("name")
@_workspace
def resume(name: str, workspace: uuid.UUID) -> None:
    """Go on from its place, at once."""
    with _unit_of_work(workspace) as uow:
        managing.resume_subscriber(uow, name)


@subscribers.command()
@click.argument("name")
@_workspace
@click.option("--after", help="a cursor of the feed; default: its beginning")
def replay(name: str, workspace: uuid.UUID, after: str | None) -> None:
    """Send again what came after a cursor; the receiver drops what it has applied."""
    with _unit_of_work(workspace) as uow:
        managing.replay(uow, name, after)


@subscribers.command()
@click.argument("name")
@_workspace
def remove(name: str, workspace: uuid.UUID) -> None:
    """Send nothing more and forget its place; what is in its queue stays there."""
    with _unit_of_work(workspace) as uow:
        managing.remove_subscriber(uow, name)


@contextmanager
def _unit_of_work(workspace: uuid.UUID) -> Iterator[UnitOfWork]:
    try:
        with _runtime().unit_of_work(Origin(workspace, OPERATOR, f"cli:{uuid7()}")) as uow:
            yield uow
    except DomainError as error:
        raise click.ClickException(f"{error.title}. {error.detail}".strip()) from error


def _runtime() -> Runtime:
    return Runtime("activity", load(Settings))


def _listed(value: str) -> list[str]:
    return [name.strip() for name in value.split(",") if name.strip()]
