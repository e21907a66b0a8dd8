"""`clientele db`: databases, roles and migrations."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from pathlib import Path

import click
from sqlalchemy.engine import make_url

from cli.context import admin_database_url
from cli.stack import prepare_databases
from devstack.errors import StackError
from devstack.replaced import require_reachable
from shared.db.migrate import current_revision
from shared.messaging.topology import SERVICES
from shared.settings import Settings, load, setting


@dataclass(frozen=True)
class AdminSettings:
    """How the databases are made, besides the address."""

    password: str = setting(
        "CLIENTELE_DATABASE_PASSWORD",
        "",
        help="password of the superuser in CLIENTELE_DATABASE_URL (clientele db upgrade), "
        "where it is not part of the address",
    )


@click.group()
def db() -> None:
    """Prepare the databases."""


@db.command()
@click.option("--wait", default=0.0, metavar="SECONDS", help="How long the server may take.")
@click.option("--new-secret", is_flag=True, help="CLIENTELE_SECRET has been changed on purpose.")
@click.pass_obj
def upgrade(data: Path, wait: float, new_secret: bool) -> None:
    """Create missing databases and roles and bring every database to its newest revision.

    CLIENTELE_DATABASE_URL must name a superuser; the embedded server's is known. Safe to
    repeat, and two at once take turns.
    """
    settings = load(Settings)
    embedded = admin_database_url(data)
    if embedded is not None and "@" not in settings.database_url:
        settings = replace(settings, database_url=embedded)
    settings = _with_password(settings)
    _await_server(settings, wait)
    prepare_databases(settings, new_secret=new_secret)
    for service in SERVICES:
        click.echo(f"{service}: revision {current_revision(settings, service)}")


def _with_password(settings: Settings) -> Settings:
    password = load(AdminSettings).password
    if not password:
        return settings
    address = make_url(settings.database_url).set(password=password)
    return replace(settings, database_url=address.render_as_string(hide_password=False))


def _await_server(settings: Settings, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while True:
        try:
            require_reachable({"CLIENTELE_DATABASE_URL": settings.database_url})
        except StackError:
            if time.monotonic() >= deadline:
                raise
            time.sleep(1)
        else:
            return
