"""The README's commands, taken from it and run on a real stack."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest

from tests.fixtures.system import System
from tests.fixtures.waiting import eventually

_README = Path(__file__).resolve().parents[2] / "README.md"
_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)

# What the reader has in the shell after the first block, for the blocks that follow.
_KEEP = "declare -p API TOKEN CLIENT > kept; declare -f field call >> kept\n"


def _section(title: str) -> list[tuple[str, str]]:
    """The code blocks under a heading: language and text."""
    text = _README.read_text(encoding="utf-8").partition(f"\n## {title}\n")[2].partition("\n## ")[0]
    return _BLOCK.findall(text)


def _run(folder: Path, script: str) -> str:
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        cwd=folder, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture
def folder(system: System, tmp_path: Path) -> Path:
    """A folder as it is where `make up` runs."""
    (tmp_path / ".clientele").mkdir()
    (tmp_path / ".clientele" / "stack.json").write_text(json.dumps(system.stack))
    return tmp_path


def test_the_commands_of_the_readme_show_what_it_says(folder: Path) -> None:
    (_, acting), (_, looking), (_, shown), _ = _section("Try it")
    said = _run(folder, acting + _KEEP)
    for what in ('"website":"https://acme.example.com"', '"status":"paid"', "Statement of work"):
        assert what in said
    number = re.search(r"ACM-\d{4}-0001", said)
    assert number is not None
    shown = shown.replace("ACM-2026-0001", number.group())
    expected = [line for line in shown.splitlines() if not line.startswith("{")]

    def looks_as_shown() -> bool:
        found = _run(folder, f"source kept\n{looking}")
        return all(line in found for line in expected) and '"amount":"1200.00"' in found

    eventually("numbers and timeline as the README shows them", looks_as_shown)
