"""`clientele mail`: mail that comes back."""

from __future__ import annotations

import sys
import uuid

import click
from sqlalchemy import text

from services.clients.correspondence.errors import MailNotFound, NotSent
from services.clients.correspondence.operations.repeating import note_bounced
from services.clients.correspondence.rules.bounces import read_bounce
from shared.db.engine import engine_for
from shared.runtime import Runtime
from shared.security.permissions import PERMISSIONS
from shared.settings import Settings, load

_MOST = 10_000_000
_WHOSE = text("SELECT workspace_id FROM mails WHERE id = :id")


@click.group()
def mail() -> None:
    """Mail that was sent and comes back."""


@mail.command("returned")
def returned() -> None:
    """Read a mail from standard input; if it reports that one of ours came back, note that.

    A pipe of the mail server for what is sent to the address in CLIENTELE_MAIL_FROM. What is no
    such report is let pass.
    """
    bounce = read_bounce(sys.stdin.buffer.read(_MOST))
    if bounce is None:
        click.echo("No report of a mail that came back.")
        return
    runtime = Runtime("clients", load(Settings))
    workspace_id = _whose(runtime, bounce.mail_id)
    if workspace_id is None:
        click.echo("It reports of a mail that is none of ours, or no longer kept.")
        return
    with runtime.unit_of_work(runtime.own_origin(workspace_id)) as uow:
        try:
            note_bounced(uow, bounce.mail_id, bounce.reason, PERMISSIONS)
        except (MailNotFound, NotSent) as error:
            click.echo(f"{bounce.mail_id}: {error.detail or error.title}")
            return
    click.echo(f"{bounce.mail_id} came back: {bounce.reason}")


def _whose(runtime: Runtime, mail_id: uuid.UUID) -> uuid.UUID | None:
    with engine_for(runtime.settings, "clients", "owner").connect() as connection:
        found: uuid.UUID | None = connection.scalar(_WHOSE, {"id": mail_id})
    return found
