"""The documents name only what is there: files, headings, tests, commands, options, targets."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import click
import pytest

from cli.main import cli

ROOT = Path(__file__).resolve().parents[2]
_FOLDERS = ("docs", "services", "web", "clients", "benchmarks", "deploy", "tests")
DOCUMENTS = sorted(
    [*ROOT.glob("*.md"), *(file for name in _FOLDERS for file in (ROOT / name).rglob("*.md"))]
)

_LINK = re.compile(r"\]\(([^)\s]+)\)|<img[^>]+src=\"([^\"]+)\"")
_FENCE = re.compile(r"^ *```.*?^ *```", re.MULTILINE | re.DOTALL)
_SPAN = re.compile(r"`([^`\n]+)`")
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
_TEST = re.compile(r"\btest_[a-z0-9_]+\b(?!\.py)")
_PATH = re.compile(r"(?:cli|devstack|docs|services|shared|tests|web|benchmarks)/[\w./-]*\w")
_TARGET = re.compile(r"^\s*(?:[A-Z_]+=\S+ )*make ([a-z0-9-]+)")
_COMMAND = re.compile(r"^\s*(?:\.venv/bin/)?clientele( .*)?$")


def _relative(document: Path) -> str:
    return document.relative_to(ROOT).as_posix()


def _prose(document: Path) -> str:
    """The text without its code blocks."""
    return _FENCE.sub("", document.read_text(encoding="utf-8"))


def _code(document: Path) -> Iterator[str]:
    """Each line of a code block, and each code span of the text."""
    text = document.read_text(encoding="utf-8")
    for block in _FENCE.findall(text):
        yield from block.splitlines()[1:-1]
    yield from _SPAN.findall(_FENCE.sub("", text))


def _links(document: Path) -> Iterator[str]:
    for pair in _LINK.findall(_SPAN.sub("", _prose(document))):
        target = pair[0] or pair[1]
        if not target.startswith(("http://", "https://", "mailto:")):
            yield target


def _anchors(document: Path) -> set[str]:
    """The anchors of a document's headings, as they are made where it is read."""
    words = (heading.strip().lower() for heading in _HEADING.findall(_prose(document)))
    return {re.sub(r"[^\w\- ]", "", word).replace(" ", "-") for word in words}


@cache
def _tests() -> frozenset[str]:
    files = (ROOT / "tests").rglob("*.py")
    found = (re.findall(r"def (test_\w+)", file.read_text(encoding="utf-8")) for file in files)
    return frozenset(name for names in found for name in names)


@pytest.mark.parametrize("document", DOCUMENTS, ids=_relative)
def test_every_relative_link_leads_somewhere(document: Path) -> None:
    for link in _links(document):
        path, _, anchor = link.partition("#")
        target = (document.parent / path).resolve() if path else document
        assert target.exists(), f"{_relative(document)}: {link}"
        if anchor and target.suffix == ".md":
            assert anchor in _anchors(target), f"{_relative(document)}: {link}"


@pytest.mark.parametrize("document", DOCUMENTS, ids=_relative)
def test_every_file_and_test_that_is_named_exists(document: Path) -> None:
    for code in _SPAN.findall(_prose(document)):
        for path in _PATH.findall(code) if "<" not in code and "…" not in code else []:
            assert (ROOT / path).exists(), f"{_relative(document)}: {path}"
        for name in _TEST.findall(code):
            assert name in _tests(), f"{_relative(document)}: no test {name}"


@pytest.mark.parametrize("card", sorted((ROOT / "services").glob("*/README.md")), ids=_relative)
def test_every_function_that_a_card_names_exists(card: Path) -> None:
    for code in _SPAN.findall(_prose(card)):
        module, _, name = code.partition(".")
        if (
            name not in {"py", "json"}
            and name.isidentifier()
            and (card.parent / f"{module}.py").exists()
        ):
            source = (card.parent / f"{module}.py").read_text(encoding="utf-8")
            assert re.search(rf"(?:def|class) {name}\b", source), f"{_relative(card)}: {code}"


@pytest.mark.parametrize("document", DOCUMENTS, ids=_relative)
def test_every_make_target_that_is_named_exists(document: Path) -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z0-9-]+):", makefile, re.MULTILINE))
    for code in _code(document):
        if found := _TARGET.match(code):
            assert found[1] in targets, f"{_relative(document)}: make {found[1]}"


@pytest.mark.parametrize("document", DOCUMENTS, ids=_relative)
def test_every_command_and_option_that_is_named_exists(document: Path) -> None:
    for code in _code(document):
        if found := _COMMAND.match(code.partition("#")[0]):
            _require_command(shlex.split(found[1] or ""), f"{_relative(document)}: {code}")


def _require_command(words: list[str], where: str) -> None:
    command: click.Command = cli
    options = _options(command)
    for word in words:
        if word.startswith("-"):
            assert word.partition("=")[0] in options, f"{where}: no option {word}"
        elif isinstance(command, click.Group) and word in command.list_commands(_context(command)):
            found = command.get_command(_context(command), word)
            assert found is not None, where
            command = found
            options |= _options(command)
        elif isinstance(command, click.Group) and command is not cli:
            raise AssertionError(f"{where}: {command.name} has no command {word}")
    assert command is not cli or not words or not words[0].isalpha(), f"{where}: no such command"


def _options(command: click.Command) -> set[str]:
    return {name for parameter in command.get_params(_context(command)) for name in parameter.opts}


def _context(command: click.Command) -> click.Context:
    return click.Context(command)


def test_every_promise_names_the_tests_that_hold_it() -> None:
    text = (ROOT / "docs" / "guarantees.md").read_text(encoding="utf-8")
    sections = re.split(r"^## ", text, flags=re.MULTILINE)[1:]
    promises = [section for section in sections if re.match(r"P\d ", section)]
    assert [section[:2] for section in promises] == [f"P{n}" for n in range(1, 9)]
    for section in promises:
        assert _TEST.search(section), f"{section[:2]} is held by no test"


def test_the_pictures_of_the_flow_are_in_the_repository() -> None:
    assert any(link.endswith(".svg") for link in _links(ROOT / "README.md"))


def test_every_feature_stands_among_the_layers_of_the_architecture() -> None:
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    folders = (file.parent for file in (ROOT / "services" / "clients").glob("*/__init__.py"))
    features = {folder.name for folder in folders} - {"migrations"}
    assert {name for name in features if f"(../services/clients/{name})" not in page} == set()


def test_every_feature_stands_on_the_card_of_its_service() -> None:
    card = (ROOT / "services" / "clients" / "README.md").read_text(encoding="utf-8")
    folders = (file.parent for file in (ROOT / "services" / "clients").glob("*/__init__.py"))
    features = {folder.name for folder in folders} - {"migrations"}
    assert {name for name in features if f"[{name}]({name})" not in card} == set()
