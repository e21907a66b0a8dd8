"""`clientele`: one command for the stack, the database, messages, projections and tokens."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

import click

from devstack.errors import StackError
from shared.settings import SettingsError

DEFAULT_DATA = Path(".clientele")

# Command → the module that defines it, as `up = click.command(...)`: a module is imported
# only when its command is called, so that `clientele status` does not import a web framework.
COMMANDS = {
    "up": "cli.stack_commands",
    "down": "cli.stack_commands",
    "status": "cli.stack_commands",
    "doctor": "cli.doctor",
    "logs": "cli.stack_commands",
    "run": "cli.run",
    "db": "cli.database",
    "secrets": "cli.secrets",
    "workspaces": "cli.tokens",
    "tokens": "cli.tokens",
    "users": "cli.users",
    "lag": "cli.messages",
    "webhooks": "cli.webhooks",
    "subscribers": "cli.subscribers",
    "mail": "cli.mail",
    "schedule": "cli.schedule",
    "events": "cli.messages",
    "dead-letters": "cli.messages",
    "projections": "cli.projections.commands",
    "timeline": "cli.timeline",
    "reference": "cli.reference.commands",
}
# These bring or describe a stack; every other command works on the one that is there.
_WITHOUT_STACK = {"up", "down", "status", "doctor", "logs", "run", "reference", "secrets"}


class _Commands(click.Group):
    """Finds a command in its module when it is asked for."""

    def list_commands(self, _ctx: click.Context) -> list[str]:
        """Every command, in the order of the table."""
        return list(COMMANDS)

    def get_command(self, _ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command, imported now."""
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(COMMANDS[cmd_name])
        found: click.Command = getattr(module, cmd_name.replace("-", "_"))
        return found


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="clientele")
@click.option(
    "--data",
    type=click.Path(path_type=Path),
    default=DEFAULT_DATA,
    envvar="CLIENTELE_DATA",
    show_default=True,
    help="Data folder of the embedded stack.",
)
@click.pass_context
def cli(context: click.Context, data: Path) -> None:
    """Client records for service firms, every change accounted for.

    Commands work on the system that the environment names (CLIENTELE_SECRET, …), or else on
    the embedded stack of the data folder. Exit codes: 0 done, 1 it did not work, 2 wrong usage.
    """
    context.obj = data
    if context.invoked_subcommand not in _WITHOUT_STACK:
        from cli.context import adopt_stack

        adopt_stack(data)


def main() -> None:
    """The entry point: a known problem is a sentence on stderr and exit code 1."""
    try:
        cli()
    except (StackError, SettingsError) as error:
        click.echo(str(error), err=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
