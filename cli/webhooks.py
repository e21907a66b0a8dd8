"""`clientele webhooks`: how far behind each webhook is."""

from __future__ import annotations

from dataclasses import asdict, astuple, fields

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
    with Session(engine_for(load(Settings), "activity", "app")) as session:
        found = backlogs(session)
    if as_json:
        echo_json([asdict(each) for each in found])
    elif not found:
        click.echo("No workspace has a webhook.")
    else:
        echo_columns([[each.name for each in fields(Backlog)], *(astuple(each) for each in found)])
