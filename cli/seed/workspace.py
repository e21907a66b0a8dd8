"""Makes the first workspace and fills it; safe to repeat after an interruption."""

from __future__ import annotations

import contextlib
import io
import secrets
import sys
from collections.abc import Mapping
from dataclasses import asdict, replace
from pathlib import Path

import click
import httpx
import orjson

from cli.demo import ADMIN_EMAIL, Demo, read_demo
from cli.seed.records import Refused, make_records
from devstack.data_folder import write_private

WORKSPACE = "Northwind Field Services"


def seed(file: Path, environment: Mapping[str, str], *, records: bool) -> None:
    """Make what is missing: the workspace with its owner, then, if wanted, invented records.

    `file` keeps the log-in and how far it got. What cannot be made is told of and left out.
    """
    demo = read_demo(file)
    try:
        if not demo.token:
            demo = _make_workspace()
            write_private(file, asdict(demo))
        if not records or demo.seeded:
            return
        make_records(environment["CLIENTELE_CLIENTS_URL"], demo.token)
    except (click.ClickException, Refused, httpx.HTTPError) as error:
        # A server of one's own may hold the workspace of another data folder already.
        print(f"The demo workspace is incomplete: {error}", file=sys.stderr)
        return
    write_private(file, asdict(replace(demo, seeded=True)))


def _make_workspace() -> Demo:
    """Call our own `clientele workspaces create`, as any operator would."""
    from cli.main import cli

    password = secrets.token_hex(10)
    arguments = ["workspaces", "create", WORKSPACE, "--json"]
    arguments += ["--admin-email", ADMIN_EMAIL, "--admin-password", password]
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        cli.main(arguments, standalone_mode=False)
    made = orjson.loads(printed.getvalue())
    return Demo(ADMIN_EMAIL, password, made["token"])
