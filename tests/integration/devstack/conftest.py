"""The real supervisor over dummies, as a process of its own."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import pytest

from devstack.stack_file import read_stack
from tests.fixtures.processes import alive, family
from tests.fixtures.waiting import eventually

_ROOT = Path(__file__).resolve().parents[3]


@dataclass
class DummyStack:
    """A supervisor with dummies, seen from outside."""

    folder: Path
    process: subprocess.Popen[str]

    def wait_until_ready(self) -> None:
        """Return once every dummy is ready."""
        assert self.process.stdout is not None
        assert self.process.stdout.readline() == "ready\n"

    def pids(self) -> dict[str, int]:
        """The ids in `stack.json`."""
        found: dict[str, Any] | None = read_stack(self.folder / "stack.json")
        return {} if found is None else dict(found["processes"])

    def log(self) -> str:
        """The whole log."""
        return (self.folder / "logs" / "stack.log").read_text()

    def family(self) -> list[psutil.Process]:
        """The supervisor and all below it."""
        return family(self.process.pid)


Start = Callable[..., DummyStack]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts a dummy stack with the named processes; whatever is left is ended afterwards."""
    started: list[DummyStack] = []

    def run(*names: str) -> DummyStack:
        folder = tmp_path / f"data{len(started)}"
        command = [sys.executable, "-m", "tests.fixtures.dummy_stack", str(folder), *names]
        process = subprocess.Popen(
            command, cwd=_ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        started.append(DummyStack(folder, process))
        return started[-1]

    yield run
    for stack in started:
        everyone = stack.family()
        stack.process.kill()
        stack.process.communicate()
        eventually("nothing is left", lambda everyone=everyone: not alive(everyone))
