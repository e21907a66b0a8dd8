"""The import rules of pyproject.toml hold."""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
import traceback
from pathlib import Path

from tests.architecture.sources import ROOT, module_name, production_files


def test_every_import_contract_is_kept() -> None:
    linter = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run(
        [linter, "--no-cache"], cwd=ROOT, capture_output=True, check=False, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_module_can_be_imported_alone() -> None:
    """A circle hides behind the order in which modules are imported elsewhere."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.architecture.test_imports"],
        cwd=ROOT,
        capture_output=True,
        check=False,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def _imports_alone(module: str) -> bool:
    """Import it in a fork of this process, which has none of our modules yet."""
    child = os.fork()
    if child:
        return os.waitpid(child, 0)[1] == 0
    try:
        importlib.import_module(module)
    except BaseException:
        traceback.print_exc()
        os._exit(1)
    os._exit(0)


def _main() -> int:
    # Other people's libraries take nearly all of the time, and are the same for each.
    for name in ("flask_smorest", "celery", "sqlalchemy.orm", "openpyxl", "minio", "httpx"):
        importlib.import_module(name)
    modules = [module_name(path) for path in production_files()]
    failed = [module for module in modules if not _imports_alone(module)]
    sys.stdout.write("".join(f"cannot be imported alone: {name}\n" for name in failed))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(_main())
