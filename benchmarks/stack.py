"""The stack that is measured: the one that `clientele up` starts, with its own settings."""

from __future__ import annotations

import contextlib
import os
import secrets
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import orjson
from sqlalchemy.engine import make_url

from cli.context import admin_database_url, adopt_stack
from devstack.ports import free_port
from shared.settings import Settings, load

CLIENTELE = str(Path(sys.executable).with_name("clientele"))


@dataclass(frozen=True)
class Stack:
    """A running stack: its API, its pages and its token, its databases by service, its settings.

    `superuser` is the address of the clients database for someone whom no policy stops.
    """

    api: str
    web: str
    token: str
    databases: dict[str, str]
    processes: dict[str, int]
    settings: Settings
    superuser: str


@contextlib.contextmanager
def running_stack(folder: Path | None) -> Iterator[Stack]:
    """A stack of our own on a fresh folder, or the one that runs on the folder named."""
    if folder is not None:
        yield _adopted(folder)
        return
    with tempfile.TemporaryDirectory(prefix="clientele-benchmark-") as fresh:
        port = str(free_port())
        # The receiver of webhooks is on this machine.
        os.environ.setdefault("CLIENTELE_WEBHOOK_ALLOW", "127.0.0.0/8")
        # Whoever is ended while the stack starts leaves none behind either.
        try:
            clientele("up", "-d", "--no-demo", "--data", fresh, "--port", port)
            yield _adopted(Path(fresh))
        finally:
            clientele("down", "--data", fresh)


def _adopted(folder: Path) -> Stack:
    """Take over the stack's environment, so that every process started here belongs to it."""
    os.environ.setdefault("CLIENTELE_LOG_LEVEL", "WARNING")
    adopt_stack(folder)
    told = orjson.loads((folder / "stack.json").read_bytes())
    return Stack(
        told["api"],
        told["web"],
        told["admin"]["token"],
        told["postgres"],
        told["processes"],
        load(Settings),
        _superuser(folder),
    )


def _superuser(folder: Path) -> str:
    url = make_url(admin_database_url(folder) or "").set(database="clients")
    return url.render_as_string(hide_password=False)


def clientele(*arguments: str) -> bytes:
    """Run our own command; what it prints."""
    return subprocess.run([CLIENTELE, *arguments], check=True, stdout=subprocess.PIPE).stdout


@dataclass(frozen=True)
class Owner:
    """Who may do everything in a workspace: a key, and what they sign in with."""

    token: str
    email: str
    password: str


def new_owner() -> Owner:
    """The owner of a new workspace of its own."""
    email, password = f"{secrets.token_hex(8)}@example.com", secrets.token_urlsafe()
    made = clientele(
        *("workspaces", "create", "Benchmark", "--json"),
        *("--admin-email", email, "--admin-password", password),
    )
    return Owner(str(orjson.loads(made)["token"]), email, password)


def new_workspace() -> str:
    """A workspace of its own; returns a key that may do everything in it."""
    return new_owner().token


@contextlib.contextmanager
def process(command: Sequence[str], ready: Callable[[], bool], **env: str) -> Iterator[None]:
    """A process beside the stack, until the block ends; what it says is shown if it fails."""
    with tempfile.TemporaryFile() as said:
        started = subprocess.Popen(
            command, env={**os.environ, **env}, stdout=said, stderr=said, start_new_session=True
        )
        try:
            wait_until(lambda: ready() or started.poll() is not None, 30.0)
            if started.poll() is not None:
                said.seek(0)
                raise SystemExit(said.read().decode())
            yield
        finally:
            _end(started)


def _end(started: subprocess.Popen[bytes]) -> None:
    started.terminate()
    with contextlib.suppress(subprocess.TimeoutExpired):
        started.wait(15)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(started.pid, signal.SIGKILL)


def wait_until(true: Callable[[], bool], seconds: float, every: float = 0.02) -> None:
    """Return once it is true; raises `TimeoutError` if that takes too long."""
    deadline = time.monotonic() + seconds
    while not true():
        if time.monotonic() > deadline:
            raise TimeoutError(f"not within {seconds:.0f} s")
        time.sleep(every)
