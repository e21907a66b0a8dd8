"""`python -m tests.mutations.run [WORD…]`: make each fault in a copy, and see that a test fails.

Prints a line for each; ends with 1 if one was noticed by no test that is to notice it. With words,
only the faults whose names hold one of them.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import click

from tests.mutations.faults import FAULTS, Fault

ROOT = Path(__file__).resolve().parents[2]
MOST_SECONDS = 600
# What pytest answers where tests ran and some failed, as opposed to where none could run.
_SOME_FAILED = 1


def main(words: list[str]) -> int:
    """How the run ends: 0 if every fault was noticed or is accepted."""
    # Whoever ends it leaves neither the copy nor the engines of a test behind.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended"))
    chosen = [fault for fault in FAULTS if not words or any(word in fault.name for word in words)]
    with tempfile.TemporaryDirectory(prefix="clientele-mutations-") as folder:
        copy = Path(folder) / "copy"
        _copy(copy)
        survivors = [fault for fault in chosen if not _is_noticed(fault, copy)]
    accepted = [fault for fault in survivors if fault.survives]
    click.echo(f"{len(chosen)} faults, {len(survivors)} survived, {len(accepted)} of them accepted")
    return 0 if survivors == accepted else 1


def _copy(target: Path) -> None:
    """What the working tree holds, but for what git ignores."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, check=True, stdout=subprocess.PIPE,
    ).stdout.decode()  # fmt: skip
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, target / name)


def _is_noticed(fault: Fault, copy: Path) -> bool:
    begun, file = time.monotonic(), copy / fault.file
    whole = file.read_text()
    file.write_text(whole.replace(fault.old, fault.new))
    try:
        noticed = _do_tests_fail(fault, copy)
    finally:
        file.write_text(whole)
    verdict = "noticed " if noticed else f"SURVIVED {fault.survives}".strip()
    click.echo(f"{verdict} {time.monotonic() - begun:4.0f} s  {fault.name}")
    return noticed


def _do_tests_fail(fault: Fault, copy: Path) -> bool:
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *fault.tests]
    ran = subprocess.run(
        command, cwd=copy, timeout=MOST_SECONDS, check=False,
        # Before the project that is installed in the environment.
        env={**os.environ, "PYTHONPATH": str(copy), "CLIENTELE_TEST_RUN": "mutations"},
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    if ran.returncode not in {0, _SOME_FAILED}:
        raise SystemExit(f"{fault.name}: the tests cannot run\n{ran.stdout.decode()[-3000:]}")
    return ran.returncode == _SOME_FAILED


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
