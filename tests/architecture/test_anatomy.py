"""Knowing one feature is knowing all: the same file names everywhere."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.architecture.sources import ROOT, function_lengths, name_of, parsed, production_files

# A file or a package of these names each, in every feature; none is compulsory.
FEATURE_PARTS = {
    "routes",
    "tasks",
    "schemas",
    "consumers",
    "operations",
    "queries",
    "events",
    "models",
    "rules",
    "errors",
}
# What features stand on: their modules are named after what they hold.
FOUNDATIONS = {"services/clients/gateway", "services/clients/values"}
SERVICE_PARTS = {"service", "settings"}
MOST_LINES = 400


def _modules(folder: Path) -> set[str]:
    files = {path.stem for path in folder.glob("*.py")}
    packages = {path.parent.name for path in folder.glob("*/__init__.py")}
    return (files | packages) - {"__init__"}


def _features() -> list[str]:
    """Every folder of a service but its migrations and what features stand on."""
    found = (path.parent for path in ROOT.glob("services/*/*/__init__.py"))
    names = {folder.relative_to(ROOT).as_posix() for folder in found}
    return sorted(name for name in names - FOUNDATIONS if not name.endswith("/migrations"))


@pytest.mark.parametrize("feature", _features())
def test_a_feature_has_no_other_parts_than_all_have(feature: str) -> None:
    others = _modules(ROOT / feature) - FEATURE_PARTS
    assert not others, f"{feature} has {sorted(others)}: put it into one of {sorted(FEATURE_PARTS)}"


@pytest.mark.parametrize("service", ["clients", "documents", "activity", "metrics"])
def test_a_service_holds_features_and_its_declaration(service: str) -> None:
    folder = ROOT / "services" / service
    files = {path.stem for path in folder.glob("*.py")} - {"__init__"}
    assert files <= SERVICE_PARTS, f"services/{service} has {sorted(files - SERVICE_PARTS)}"
    assert (folder / "README.md").exists(), "its service card is missing"


def test_every_feature_stands_in_the_layers() -> None:
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    missing = [name for name in _features() if f'"{name.replace("/", ".")}"' not in text]
    assert not missing, f"add {missing} to the containers of the contract feature-layers"


def test_packages_hand_nothing_on() -> None:
    """A reader who follows a call should arrive at once."""
    found = [
        name_of(path)
        for path in production_files()
        if path.name == "__init__.py"
        and path.parts[-3:-1] != ("migrations", "versions")
        and any(isinstance(node, ast.ImportFrom) for node in parsed(path).body)
    ]
    assert not found, f"{found}: callers name the module that defines what they use"


def test_no_file_is_past_four_hundred_lines() -> None:
    long = {
        name_of(path): lines
        for path in production_files()
        if (lines := len(path.read_text().splitlines())) > MOST_LINES
    }
    assert not long, f"{long}: a file that grows past {MOST_LINES} lines becomes a package"


def test_functions_are_short() -> None:
    """Half of them within eight lines, nine in ten within twenty."""
    lengths = sorted(length for length, _ in function_lengths())
    assert lengths[len(lengths) // 2] <= 8
    assert lengths[len(lengths) * 9 // 10] <= 20
