"""Makes the first workspace and fills it; safe to repeat after an interruption."""

from __future__ import annotations

import secrets
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import httpx

from cli.demo import ADMIN_EMAIL, Demo, read_demo
from cli.seed.api import Refused
from cli.seed.records import make_records
from devstack.data_folder import write_private
from services.clients.access.operations.people import found_workspace
from shared.errors import DomainError
from shared.runtime import Runtime
from shared.security.passwords import MIN_LENGTH
from shared.settings import Settings, load, setting

WORKSPACE = "Northwind Field Services"


@dataclass(frozen=True)
class DemoSettings:
    """What may be chosen of the first workspace."""

    admin_password: str = setting(
        "CLIENTELE_ADMIN_PASSWORD",
        "",
        help=f"password of the first user that `clientele up` makes, at least {MIN_LENGTH} "
        "characters; empty: drawn",
    )


def seed(file: Path, environment: Mapping[str, str], *, records: bool) -> None:
    """Make what is missing: the workspace with its owner, then, if wanted, invented records.

    `file` keeps the log-in and how far it got. What cannot be made is told of and left out.
    """
    demo = read_demo(file)
    try:
        if not demo.token:
            demo = _make_workspace(environment)
            write_private(file, asdict(demo))
        if not records or demo.seeded:
            return
        make_records(environment["CLIENTELE_CLIENTS_URL"], demo.token)
    except (DomainError, Refused, httpx.HTTPError) as error:
        # A server of one's own may hold the workspace of another data folder already.
        print(f"The demo workspace is incomplete: {error}", file=sys.stderr)
        return
    write_private(file, asdict(replace(demo, seeded=True)))


def _make_workspace(environment: Mapping[str, str]) -> Demo:
    password = load(DemoSettings, environment).admin_password or secrets.token_hex(10)
    if len(password) < MIN_LENGTH:
        raise Refused(f"CLIENTELE_ADMIN_PASSWORD needs at least {MIN_LENGTH} characters")
    runtime = Runtime("clients", load(Settings, environment))
    return Demo(
        ADMIN_EMAIL, password, found_workspace(runtime, WORKSPACE, ADMIN_EMAIL, password).token
    )
