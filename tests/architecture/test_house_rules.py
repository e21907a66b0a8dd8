"""Rules that a reviewer would otherwise have to remember, each with its reason."""

from __future__ import annotations

import ast
import re

import pytest

from shared.security.permissions import PERMISSIONS
from tests.architecture.sources import ROOT, calls_of, name_of, parsed, production_files

# What is called → where it may be called, and why nowhere else.
ONLY_IN: dict[str, tuple[set[str], str]] = {
    "commit": (
        {"shared/unit_of_work.py"},
        "the edge owns the transaction; elsewhere use `with engine.begin()` or the unit of work",
    ),
    "send_task": ({"shared/messaging/publisher.py"}, "the publisher is the one sender"),
    "apply_async": ({"shared/messaging/publisher.py"}, "the publisher is the one sender"),
    "delay": ({"shared/messaging/publisher.py"}, "the publisher is the one sender"),
    "utcnow": (set(), "naive times are never right; use shared.clock.now"),
    "today": (set(), "whose day? use shared.clock.now in the workspace's zone"),
    "getenv": ({"shared/failpoints.py"}, "settings are read once, by shared.settings"),
}


@pytest.mark.parametrize("name", ONLY_IN)
def test_a_call_stands_only_where_it_may(name: str) -> None:
    allowed, reason = ONLY_IN[name]
    found = [
        f"{name_of(path)}:{call.lineno}"
        for path in production_files()
        for call, called in calls_of(path)
        if called == name and name_of(path) not in allowed
    ]
    assert not found, f".{name}() in {found}: {reason}"


def test_the_wall_clock_is_read_in_one_place() -> None:
    found = [
        f"{name_of(path)}:{call.lineno}"
        for path in production_files()
        for call, called in calls_of(path)
        if called == "now"
        and isinstance(call.func, ast.Attribute)
        and isinstance(call.func.value, ast.Name)
        and call.func.value.id in {"datetime", "date"}
        and name_of(path) != "shared/clock.py"
    ]
    assert not found, f"{found}: use shared.clock.now, so that a test can stand it still"


def test_permissions_are_named_in_one_place() -> None:
    found = [
        f"{name_of(path)}:{node.lineno} {node.value}"
        for path in production_files()
        if name_of(path) != "shared/security/permissions.py"
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Constant) and node.value in PERMISSIONS
    ]
    assert not found, f"{found}: use the constant of shared.security.permissions"


def test_only_the_command_line_prints() -> None:
    found = [
        f"{name_of(path)}:{call.lineno}"
        for path in production_files()
        if not name_of(path).startswith("cli/")
        for call, called in calls_of(path)
        if called == "print" and isinstance(call.func, ast.Name)
    ]
    assert not found, f"{found}: services log facts, they do not print"


def test_everything_public_has_a_docstring() -> None:
    bare = [
        f"{name_of(path)}:{getattr(node, 'lineno', 1)} {getattr(node, 'name', 'module')}"
        for path in production_files()
        for node in _public(parsed(path))
        if not ast.get_docstring(node)
    ]
    assert not bare, f"{bare}: say what it promises"


def _public(module: ast.Module) -> list[ast.Module | ast.ClassDef | ast.FunctionDef]:
    named = [n for n in module.body if isinstance(n, ast.ClassDef | ast.FunctionDef)]
    return [module, *(node for node in named if not node.name.startswith("_"))]


def test_operations_take_the_unit_of_work_first_or_not_at_all() -> None:
    wrong = [
        f"{name_of(path)}:{node.lineno} {node.name}"
        for path in production_files()
        if "operations" in path.parts or path.stem == "operations"
        for node in parsed(path).body
        if isinstance(node, ast.FunctionDef)
        and "uow" in [argument.arg for argument in node.args.args[1:] + node.args.kwonlyargs]
    ]
    assert not wrong, f"{wrong}: the unit of work is the first argument, so it is never forgotten"


def test_nothing_is_left_for_later() -> None:
    marks = re.compile(r"#.*\b(TODO|FIXME|XXX)\b|raise NotImplementedError")
    found = [
        f"{name_of(path)}:{number}"
        for path in production_files()
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if marks.search(line)
    ]
    assert not found, f"{found}: what is there works; what is not there yet is not hinted at"


def test_no_test_mocks_what_really_runs() -> None:
    found = [
        name_of(path)
        for path in sorted((ROOT / "tests").rglob("*.py"))
        for node in ast.walk(parsed(path))
        if (isinstance(node, ast.ImportFrom) and (node.module or "").startswith("unittest"))
        or (isinstance(node, ast.Import) and any("mock" in alias.name for alias in node.names))
    ]
    assert not found, f"{found}: the engines are real here; a mock proves only itself"
