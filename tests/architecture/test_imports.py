"""The import rules of pyproject.toml hold."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.architecture import modules
from tests.architecture.alone import unimportable_alone
from tests.architecture.sources import ROOT


def test_every_import_contract_is_kept() -> None:
    linter = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run(
        [linter, "--no-cache"], cwd=ROOT, capture_output=True, check=False, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_module_can_be_imported_alone() -> None:
    """A circle hides behind the order in which modules are imported elsewhere."""
    assert unimportable_alone() == []


def test_no_modules_import_each_other_in_a_circle() -> None:
    """Over whichever way, and only for types or inside of a function as well."""
    assert modules.circles() == []
