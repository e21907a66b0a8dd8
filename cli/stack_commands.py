"""`clientele up`, `down`, `status`, `logs`: the embedded stack from the command line."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from devstack.data_folder import DataFolder
from devstack.errors import StackError
from devstack.log import follow

DEFAULT_PORT = 8000
WEB_PORT_ABOVE = 80
# The longest stop: workers give their tasks a moment, PostgreSQL writes its checkpoint.
STOP_SECONDS = 60.0

_Decorator = Callable[[Callable[..., None]], Callable[..., None]]


def _data_option() -> _Decorator:
    return click.option(
        "--data",
        type=click.Path(path_type=Path),
        default=None,
        help="Data folder of the stack; default .clientele",
    )


def _folder(context: click.Context, data: Path | None) -> DataFolder:
    chosen: Path = data or context.find_root().obj
    return DataFolder(chosen)


@click.command()
@click.option("-d", "--detach", is_flag=True, help="Go to the background once it is ready.")
@click.option("--port", default=DEFAULT_PORT, show_default=True, help="Port of the API.")
@click.option("--web-port", type=int, help="Port of the web interface; by default 80 above --port.")
@click.option("--demo/--no-demo", default=True, help="Fill a new stack with invented records.")
@_data_option()
@click.pass_context
def up(
    context: click.Context,
    detach: bool,
    port: int,
    web_port: int | None,
    demo: bool,
    data: Path | None,
) -> None:
    """Start everything: PostgreSQL, Redis, S3, mail sink, services, workers, relays, beat, web."""
    from cli.background import in_background
    from cli.demo import Demo
    from cli.stack import Options, run_stack

    folder = _folder(context, data)
    options = Options(folder.path, port, web_port or port + WEB_PORT_ABOVE, demo)

    def summary(stack: dict[str, Any], found: Demo) -> str:
        return describe(stack, found.password, folder)

    if detach:
        text = in_background(lambda say: run_stack(options, None, lambda s, d: say(summary(s, d))))
        click.echo(f"{text}\n  `clientele down` stops it, `clientele logs -f` follows its log.\n")
        return
    run_stack(
        options,
        sys.stdout,
        lambda s, d: click.echo(f"{summary(s, d)}\n  Ctrl-C stops everything.\n"),
    )


@click.command()
@_data_option()
@click.pass_context
def down(context: click.Context, data: Path | None) -> None:
    """Stop the stack of the data folder and wait until nothing of it runs."""
    folder = _folder(context, data)
    pid = folder.running_pid()
    if pid is None:
        click.echo(f"No stack runs on {folder.path}.")
        return
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGTERM)
    deadline = time.monotonic() + STOP_SECONDS
    while folder.running_pid() == pid:
        if time.monotonic() > deadline:
            raise StackError(
                f"The stack (process {pid}) has not stopped within {STOP_SECONDS:.0f} s.",
                f"See `clientele logs`; `kill -9 {pid}` ends it and everything it started.",
            )
        time.sleep(0.05)
    click.echo("Stopped.")


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@_data_option()
@click.pass_context
def status(context: click.Context, as_json: bool, data: Path | None) -> None:
    """Say what runs, and whether it is ready. Exit code 1 if the stack does not run."""
    from cli.status import look, print_json, print_table

    found = look(_folder(context, data))
    if as_json:
        print_json(found)
    else:
        print_table(found)
    context.exit(0 if found.ready else 1)


@click.command()
@click.argument("name", required=False)
@click.option("-f", "--follow", "forever", is_flag=True, help="Go on as lines are written.")
@click.option("-n", "--lines", default=100, show_default=True, help="How many last lines.")
@_data_option()
@click.pass_context
def logs(
    context: click.Context, name: str | None, forever: bool, lines: int, data: Path | None
) -> None:
    """Print the log, of the process NAME if given."""
    file = _folder(context, data).log_file
    if not file.exists():
        raise StackError(f"There is no log at {file}.", "Start a stack with `clientele up`.")
    with contextlib.suppress(KeyboardInterrupt, BrokenPipeError):
        follow(file, name, lines, forever=forever)


def describe(stack: dict[str, Any], password: str, folder: DataFolder) -> str:
    """What a person needs to begin, in plain words."""
    admin = stack["admin"]
    log_in = f"{admin['email']}   password {password}" if password else "as before; none was made"
    return (
        f"\nClientele is ready.\n\n"
        f"  web        {stack['web']}\n"
        f"  API        {stack['api']}/v1   (reference: {stack['api']}/docs)\n"
        f"  log in     {log_in}\n"
        f"  token      {admin['token'] or 'clientele tokens create makes one'}\n"
        f"  mail       {stack['smtp']['mailbox'] or stack['smtp']['host']}\n"
        f"  addresses  {folder.stack_file}\n"
    )
