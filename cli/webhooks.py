"""`clientele webhooks`: how far behind each webhook is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, astuple, fields
from typing import Any

import click
from sqlalchemy.orm import Session

from cli.tables import echo_columns, echo_json
from services.activity.webhooks.queries import Backlog, backlogs
from shared.db.engine import engine_for
from shared.settings import Settings, load


@click.command()
@click.option("--json", "as_json", is_flag=True)
def webhooks(as_json: bool) -> None:
    """How far behind each webhook of every workspace is: in events and in seconds."""
    found = standing(load(Settings))
    if as_json:
        echo_json([asdict(each) for each in found])
    elif not found:
        click.echo("No workspace has a webhook.")
    else:
        echo_columns(columns(found))


def standing(settings: Settings) -> list[Backlog]:
    """How far behind every webhook is."""
    with Session(engine_for(settings, "activity", "app")) as session:
        return backlogs(session)


def columns(found: list[Backlog]) -> list[Sequence[Any]]:
    """The table of that."""
    return [[each.name for each in fields(Backlog)], *(astuple(each) for each in found)]
