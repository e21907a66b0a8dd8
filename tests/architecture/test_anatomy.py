"""Knowing one feature is knowing all: the same file names everywhere."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.architecture.sources import ROOT, name_of, parsed, production_files

FEATURES = (
    "services/clients/facade",
    "services/clients/transfer",
    "services/clients/lifecycle",
    "services/clients/billing",
    "services/clients/views",
    "services/clients/records",
    "services/clients/lists",
    "services/clients/custom_fields",
    "services/clients/access",
    "services/activity/events",
    "services/documents",
    "services/metrics",
)
FEATURE_FILES = {
    "routes",
    "schemas",
    "operations",
    "queries",
    "models",
    "events",
    "consumers",
    "tasks",
    "errors",
}
SERVICE_FILES = {"app", "worker", "relay", "settings", "base"}
MOST_LINES = 400


def _modules(folder: Path) -> set[str]:
    files = {path.stem for path in folder.glob("*.py")}
    packages = {path.parent.name for path in folder.glob("*/__init__.py")}
    return files | packages


@pytest.mark.parametrize("feature", FEATURES)
def test_every_feature_has_the_same_files(feature: str) -> None:
    missing = FEATURE_FILES - _modules(ROOT / feature)
    assert not missing, (
        f"{feature} lacks {sorted(missing)}. A file with one sentence is information: "
        "it says that there is nothing of its kind here."
    )


@pytest.mark.parametrize("service", ["clients", "documents", "activity", "metrics"])
def test_every_service_has_the_same_entry_points(service: str) -> None:
    missing = SERVICE_FILES - _modules(ROOT / "services" / service)
    assert not missing, f"services/{service} lacks {sorted(missing)}"
    assert (ROOT / "services" / service / "README.md").exists(), "its service card is missing"


@pytest.mark.parametrize("service", ["clients", "activity"])
def test_every_folder_of_a_service_cut_into_features_is_a_known_feature(service: str) -> None:
    found = {
        f"services/{service}/{path.parent.name}"
        for path in ROOT.glob(f"services/{service}/*/__init__.py")
    }
    unknown = found - set(FEATURES) - {f"services/{service}/migrations"}
    assert not unknown, f"add {unknown} to FEATURES and to the layers in pyproject.toml"


def test_no_file_is_past_four_hundred_lines() -> None:
    long = {
        name_of(path): lines
        for path in production_files()
        if (lines := len(path.read_text().splitlines())) > MOST_LINES
    }
    assert not long, f"{long}: a file that grows past {MOST_LINES} lines becomes a package"


def test_functions_are_short() -> None:
    """Half of them within eight lines, nine in ten within twenty."""
    lengths = sorted(
        (node.end_lineno or 0) - node.lineno + 1 - _docstring_lines(node)
        for path in production_files()
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    )
    assert lengths[len(lengths) // 2] <= 8
    assert lengths[len(lengths) * 9 // 10] <= 20


def _docstring_lines(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    if not ast.get_docstring(node):
        return 0
    return (node.body[0].end_lineno or 0) - node.body[0].lineno + 1
