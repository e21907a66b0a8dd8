"""The import rules of pyproject.toml hold."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.alone import unimportable_alone
from tests.architecture.sources import ROOT


@pytest.mark.parametrize(("project", "source"), [(".", "."), ("clients/python", "src")])
def test_every_import_contract_is_kept(project: str, source: str) -> None:
    linter, folder = Path(sys.executable).with_name("lint-imports"), ROOT / project
    done = subprocess.run(
        [linter, "--no-cache"], cwd=folder, capture_output=True, check=False, text=True,
        env={**os.environ, "PYTHONPATH": str(folder / source)},
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_module_can_be_imported_alone() -> None:
    """A circle hides behind the order in which modules are imported elsewhere."""
    assert unimportable_alone() == []
