"""`clientele doctor`: whether this machine has what the stack needs, and what to do if not."""

from __future__ import annotations

import os
import platform
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import click

from devstack.binaries import postgres_bin, rclone, redis_server, smtp_sink
from devstack.data_folder import DataFolder
from devstack.demotion import server_user
from devstack.errors import StackError
from devstack.ports import is_free
from devstack.replaced import ALL, require_reachable

_MEMORY_MIB = 1536
_DISK_MIB = 1024


@dataclass(frozen=True)
class Finding:
    """One thing looked at; `advice` is empty where it is all right."""

    what: str
    said: str
    advice: str = ""


@click.command()
@click.option("--port", default=8000, show_default=True, help="Port the API would use.")
@click.pass_obj
def doctor(data: Path, port: int) -> None:
    """Check this machine, the data folder and the replaced servers. Exit code 1 if one fails."""
    findings = list(_findings(DataFolder(data), port))
    for found in findings:
        mark = "FAIL" if found.advice else "ok"
        click.echo(f"{mark:<5} {found.what:<16} {found.said}")
        if found.advice:
            click.echo(f"      {'':<16} {found.advice}")
    sys.exit(1 if any(found.advice for found in findings) else 0)


def _findings(folder: DataFolder, port: int) -> Iterator[Finding]:
    yield _python()
    yield _attempt("PostgreSQL", lambda: str(postgres_bin()))
    yield _attempt("Redis", lambda: str(redis_server()))
    yield _attempt("object store", lambda: str(rclone()))
    yield _attempt("mail sink", smtp_sink)
    yield _attempt("server user", _user)
    yield _attempt("data folder", lambda: _data(folder))
    yield _port(folder, port)
    yield _memory()
    yield _disk(folder)
    yield _attempt("own servers", _replaced)


def _attempt(what: str, check: Callable[[], str]) -> Finding:
    try:
        return Finding(what, check())
    except StackError as error:
        return Finding(what, error.problem, error.advice)


def _python() -> Finding:
    where = f"{platform.system()} {platform.machine()}"
    advice = "" if sys.platform == "linux" else "Only Linux ends children with their parent."
    return Finding("Python", f"{platform.python_version()} on {where}", advice)


def _user() -> str:
    try:
        user = server_user()
    except RuntimeError as error:
        raise StackError(str(error) + ".", "Create one: useradd --system postgres") from error
    return "PostgreSQL runs as you" if user is None else f"PostgreSQL runs as {user.pw_name}"


def _data(folder: DataFolder) -> str:
    if folder.is_made():
        folder.peek()
        return f"{folder.path}, made by this version"
    parent = next(path for path in (folder.path, *folder.path.parents) if path.exists())
    if not os.access(parent, os.W_OK):
        raise StackError(f"{parent} cannot be written to.", "Choose another folder with --data.")
    return f"{folder.path}, not made yet"


def _port(folder: DataFolder, port: int) -> Finding:
    if is_free(port):
        return Finding("port", f"{port} is free")
    if folder.running_pid() is not None:
        return Finding("port", f"{port} is in use, and the stack runs")
    return Finding("port", f"{port} is taken", f"Use another: clientele up --port {port + 1}")


def _memory() -> Finding:
    try:
        lines = Path("/proc/meminfo").read_text().splitlines()
    except OSError:
        return Finding("memory", "unknown on this system")
    free = next(int(line.split()[1]) // 1024 for line in lines if line.startswith("MemAvailable"))
    advice = "" if free >= _MEMORY_MIB else f"The stack needs {_MEMORY_MIB} MiB; close something."
    return Finding("memory", f"{free} MiB available", advice)


def _disk(folder: DataFolder) -> Finding:
    parent = next(path for path in (folder.path, *folder.path.parents) if path.exists())
    free = shutil.disk_usage(parent).free // 1024**2
    advice = "" if free >= _DISK_MIB else "Make room, or choose another folder with --data."
    return Finding("disk", f"{free} MiB free", advice)


def _replaced() -> str:
    require_reachable(os.environ)
    named = [item.variable for item in ALL if item.url(os.environ)]
    return ", ".join(named) + " answer" if named else "none named; the embedded ones are used"
