"""What `clientele status` finds out and shows."""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import click
import orjson

from devstack.data_folder import DataFolder
from devstack.probes import says_ok
from devstack.stack_file import read_stack


@dataclass(frozen=True)
class Running:
    """One process of the stack."""

    name: str
    pid: int
    seconds: float | None
    memory_mib: float | None


@dataclass(frozen=True)
class Status:
    """The stack of a data folder as it is now. `ready` means that every API says so."""

    data: str
    supervisor: int | None
    ready: bool
    api: str | None = None
    apis: dict[str, bool] = field(default_factory=dict)
    processes: list[Running] = field(default_factory=list)


def look(folder: DataFolder) -> Status:
    """Ask the lock, `stack.json`, each API and each process."""
    pid = folder.running_pid()
    stack = read_stack(folder.stack_file) if pid else None
    if stack is None:
        return Status(str(folder.path), pid, ready=False)
    urls = {"clients": stack["api"], **stack["services"]}
    apis = {name: _ready(url) for name, url in urls.items()}
    processes = [_running(name, number) for name, number in stack["processes"].items()]
    return Status(str(folder.path), pid, all(apis.values()), stack["api"], apis, processes)


def _ready(url: str) -> bool:
    parts = urlsplit(url)
    return says_ok(parts.hostname or "127.0.0.1", parts.port or 80, "/readyz")


def _running(name: str, pid: int) -> Running:
    return Running(name, pid, _age(pid), _memory(pid))


def _age(pid: int) -> float | None:
    try:
        return round(time.time() - Path(f"/proc/{pid}").stat().st_ctime, 1)
    except OSError:
        return None


def _memory(pid: int) -> float | None:
    """Proportional memory of the process alone, without its children."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return None
    sizes = [int(line.split()[1]) for line in lines if line.startswith("Pss:")]
    return round(sum(sizes) / 1024, 1)


def print_json(status: Status) -> None:
    """The status as one JSON object."""
    click.echo(orjson.dumps(asdict(status), option=orjson.OPT_INDENT_2))


def print_table(status: Status) -> None:
    """The status as lines for a person."""
    if status.supervisor is None:
        click.echo(f"No stack runs on {status.data}. Start one with `clientele up`.")
        return
    if status.api is None:
        click.echo(f"The stack on {status.data} is starting or stopping.")
        return
    click.echo(f"API {status.api}, data {status.data}, supervisor {status.supervisor}\n")
    for name, ready in status.apis.items():
        click.echo(f"  {name:<18} {'ready' if ready else 'NOT READY'}")
    click.echo(f"\n  {'process':<18} {'id':>7} {'up':>9} {'MiB':>7}")
    for found in status.processes:
        up = "gone" if found.seconds is None else f"{found.seconds:.0f} s"
        click.echo(f"  {found.name:<18} {found.pid:>7} {up:>9} {found.memory_mib or 0:>7.1f}")
