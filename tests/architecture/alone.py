"""Whether each module can be the first of ours that a process imports.

`python -m tests.architecture.alone` prints those that cannot, and what each says then.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import subprocess
import sys
from collections.abc import Callable
from functools import partial

from tests.architecture.sources import PACKAGES, ROOT, module_name, production_files


def unimportable_alone() -> list[str]:
    """Modules that raise when they are imported first, each with its error.

    It is found in an interpreter of its own: this one may have imported them before.
    """
    command = [sys.executable, "-m", "tests.architecture.alone"]
    return subprocess.check_output(command, cwd=ROOT, text=True, timeout=600).splitlines()


def _look() -> list[str]:
    for name in _in_a_child(_import_everything).split():
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
    errors = {name: _in_a_child(partial(_import_error, name)) for name in _modules()}
    return [f"{name}: {error}" for name, error in errors.items() if error]


def _modules() -> list[str]:
    return [module_name(path) for path in production_files()]


def _in_a_child(work: Callable[[], str]) -> str:
    """What the work answers in a forked child, which leaves no import behind."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        with os.fdopen(writing, "w") as answer:
            answer.write(work())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as answer:
        said = answer.read()
    os.waitpid(child, 0)
    return said


def _import_everything() -> str:
    """The modules of others that ours need: imported once, each child is quick."""
    for name in _modules():
        _import_error(name)
    return " ".join(name for name in sys.modules if name.partition(".")[0] not in PACKAGES)


def _import_error(name: str) -> str:
    try:
        importlib.import_module(name)
    except BaseException as error:
        return f"{type(error).__name__}: {error}"
    return ""


if __name__ == "__main__":
    sys.stdout.writelines(f"{line}\n" for line in _look())
