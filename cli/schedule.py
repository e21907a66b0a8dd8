"""`clientele schedule`: what happens by itself, when it does next, and having it done now."""

from __future__ import annotations

import uuid
from datetime import datetime

import click
from sqlalchemy import text

from cli.tables import echo_columns, echo_json
from services.clients.jobs.operations.schedules import SCHEDULES, Schedule
from services.clients.jobs.schemas import schedule_json
from services.clients.service import register_features
from shared.clock import now
from shared.db.engine import engine_for
from shared.runtime import Runtime
from shared.settings import Settings, load
from shared.values.days import as_moment
from shared.values.findings import Wrong

_WORKSPACES = text("SELECT workspace_id, name FROM workspaces ORDER BY name")


@click.group()
def schedule() -> None:
    """What happens by itself: auto-invoicing, reminders, reports."""
    register_features()


@schedule.command("list")
@click.option("--json", "as_json", is_flag=True, help="print a list of entries")
def list_entries(as_json: bool) -> None:
    """What there is, when it has something to do next in each workspace, and what it did last."""
    runtime = Runtime("clients", load(Settings))
    found = [
        {"name": each.name, "workspace": name, **_times(runtime, each, workspace_id)}
        for workspace_id, name in _workspaces(runtime)
        for each in SCHEDULES
    ]
    if as_json:
        echo_json(found)
    else:
        rows = [[entry[column] or "nothing" for column in entry] for entry in found]
        echo_columns([["NAME", "WORKSPACE", "NEXT", "LAST", "DID"], *rows])


@schedule.command("run")
@click.argument("name")
@click.option("--as-of", help="as if it were this moment, as 2026-12-01T06:00:00Z; default: now")
def run_entry(name: str, as_of: str | None) -> None:
    """Do what is due in every workspace; what is done already is not done again."""
    entries = {each.name: each for each in SCHEDULES}
    if name not in entries:
        raise click.ClickException(f"There is no {name}; there are {', '.join(entries)}.")
    done = entries[name].run(Runtime("clients", load(Settings)), _moment(as_of))
    click.echo(f"{name}: {done}")


def _moment(typed: str | None) -> datetime:
    try:
        return now() if typed is None else as_moment(typed)
    except Wrong as wrong:
        raise click.ClickException(f"--as-of: {wrong.message}") from wrong


def _workspaces(runtime: Runtime) -> list[tuple[uuid.UUID, str]]:
    with engine_for(runtime.settings, "clients", "owner").connect() as connection:
        return [tuple(row) for row in connection.execute(_WORKSPACES)]


def _times(runtime: Runtime, each: Schedule, workspace_id: uuid.UUID) -> dict[str, str | None]:
    with runtime.unit_of_work(runtime.own_origin(workspace_id)) as uow:
        shown = schedule_json(each, each.next_at(uow), each.last(uow))
    return {name: shown[name] for name in ("next_at", "last_at", "last_did")}
