"""What a value is, is said once: only the packages of values ask the libraries that know."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture.sources import name_of, parsed, production_files

VALUES = ("shared/values/", "services/clients/values/")
LIBRARIES = {
    "unicodedata", "phonenumbers", "email_validator", "pycountry", "stdnum", "cleanco",
}  # fmt: skip

# Who else may, and why.
MAY = {
    ("services/clients/records/rules/search_text.py", "unicodedata"): "words of a search are its",
    (
        "services/clients/transfer/rules/encodings.py",
        "control",
    ): "a NUL in a file is its encoding's",
    ("web/shell/formats.py", "phonenumbers"): "a page writes a number in groups",
    ("services/clients/transfer/rules/writing.py", "control"): "what XML cannot hold is XML's",
}
_CONTROLS = re.compile(r"[\x00-\x08]|\\x0[0-8]|\\u000[0-8]")


def _elsewhere() -> Iterator[Path]:
    return (path for path in production_files() if not name_of(path).startswith(VALUES))


def _imported(path: Path) -> Iterator[str]:
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module.partition(".")[0]


def _patterns(path: Path) -> Iterator[str]:
    """The texts of the regular expressions that a file compiles."""
    for node in ast.walk(parsed(path)):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and isinstance(node.func.value, ast.Name)
            and node.func.value.id == "re"
            and node.args
            and isinstance(node.args[0], ast.Constant)
            and isinstance(node.args[0].value, str)
        ):
            yield node.args[0].value


def test_only_values_import_the_libraries_of_values() -> None:
    found = {(name_of(path), each) for path in _elsewhere() for each in _imported(path)}
    assert {one for one in found if one[1] in LIBRARIES} - set(MAY) == set()


def test_only_values_say_what_a_control_character_is() -> None:
    found = {
        (name_of(path), "control")
        for path in _elsewhere()
        if any(_CONTROLS.search(pattern) for pattern in _patterns(path))
    }
    assert found - set(MAY) == set()


@pytest.mark.parametrize(("name", "what"), MAY)
def test_whoever_may_still_does(name: str, what: str) -> None:
    path = next(path for path in production_files() if name_of(path) == name)
    does = any(map(_CONTROLS.search, _patterns(path))) if what == "control" else False
    assert does or what in _imported(path)
